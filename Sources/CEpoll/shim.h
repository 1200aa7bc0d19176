/* epoll(7) and eventfd(2), which Swift's own view of the C library leaves out. */
#include <sys/epoll.h>
#include <sys/eventfd.h>
