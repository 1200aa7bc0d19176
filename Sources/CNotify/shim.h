// Datagrams over Unix sockets: one to the service manager, with a descriptor or without, and a socket that gets them. The
// macros of cmsg(3) are not Swift's.
#pragma once

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

// The length of the address, or 0 with errno. `path` begins with / or, for a name in the abstract space, with @.
static inline socklen_t cnotify_address(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    if (length < 2 || length >= sizeof address->sun_path || (path[0] != '/' && path[0] != '@')) {
        errno = EINVAL;
        return 0;
    }
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    if (path[0] == '@') address->sun_path[0] = 0;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

// 0, or -1 with errno.
static inline int cnotify_send(const char *path, const char *text, size_t count, int descriptor) {
    struct sockaddr_un address;
    socklen_t length = cnotify_address(path, &address);
    if (length == 0) return -1;

    struct iovec octets = {.iov_base = (void *)text, .iov_len = count};
    struct msghdr message = {
        .msg_name = &address,
        .msg_namelen = length,
        .msg_iov = &octets,
        .msg_iovlen = 1,
    };
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = sizeof control.space;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }

    // Never waits: a manager that does not read must not stop a daemon.
    int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (sender < 0) return -1;
    ssize_t sent = sendmsg(sender, &message, MSG_NOSIGNAL);
    int saved = errno;
    close(sender);
    errno = saved;
    return sent < 0 ? -1 : 0;
}

// A socket that gets datagrams, or -1 with errno.
static inline int cnotify_listen(const char *path) {
    struct sockaddr_un address;
    socklen_t length = cnotify_address(path, &address);
    if (length == 0) return -1;
    int receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (receiver < 0) return -1;
    if (bind(receiver, (const struct sockaddr *)&address, length) == 0) return receiver;
    int saved = errno;
    close(receiver);
    errno = saved;
    return -1;
}

// A file in memory, or -1 with errno.
static inline int cnotify_memory(const char *name) {
    // MFD_CLOEXEC; the wrapper of the C library is hidden behind a macro that Swift does not set.
    return (int)syscall(SYS_memfd_create, name, 1u);
}
