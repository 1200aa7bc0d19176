/* adjtimex(2), which Swift's own view of the C library leaves out: whether the kernel's clock is synchronized. */
#include <sys/timex.h>
