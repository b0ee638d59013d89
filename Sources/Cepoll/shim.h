// What Glibc's Swift module leaves out because it hides behind _GNU_SOURCE: epoll, eventfd, timerfd,
// accept4, renameat2, signalfd, SO_PEERCRED, the error queue of a socket. Declared by hand: defining _GNU_SOURCE here
// breaks debug builds.
#ifndef CARILLON_CEPOLL_SHIM_H
#define CARILLON_CEPOLL_SHIM_H

// Glibc's own declarations first, as Swift sees them: else two modules own `sockaddr` and its constants, and which of
// them a file finds depends on what the compiler has cached.
#pragma clang module import SwiftGlibc

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int renameat2(int, const char *, int, const char *, unsigned int);

// Gives a file of a directory another name, which nothing may have yet (EEXIST); -1 and errno.
static inline int carillon_rename_unless_there(int directory, const char *from, const char *to) {
    return renameat2(directory, from, directory, to, 1 /* RENAME_NOREPLACE */);
}

// The next connection and its address, without blocking and closed on exec; -1 and errno.
static inline int carillon_accept(int listener, struct sockaddr_storage *address) {
    socklen_t length = sizeof *address;
    return accept4(listener, (struct sockaddr *)address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// A descriptor that only stands for a file, whatever kind it is and links not followed; -1 and errno.
static inline int carillon_open_path(const char *path) {
    return open(path, 010000000 /* O_PATH */ | O_NOFOLLOW | O_CLOEXEC);
}

// struct ucred, under a name of our own.
struct carillon_credentials {
    int process;
    unsigned int user;
    unsigned int group;
};

// Who connected to a UNIX socket; -1 and errno.
static inline int carillon_credentials(int connection, struct carillon_credentials *credentials) {
    socklen_t length = sizeof *credentials;
    return getsockopt(connection, SOL_SOCKET, 17 /* SO_PEERCRED */, credentials, &length);
}

// One datagram's circumstances.
struct carillon_datagram {
    struct sockaddr_storage from;
    socklen_t from_length;
    // Who sent it, where the socket is a UNIX one that asked to be told.
    int has_credentials;
    struct carillon_credentials credentials;
    // How many datagrams the kernel has dropped so far for want of room; 0 where it did not say.
    unsigned int overflowed;
    int is_truncated;
};

// Asks to be told of senders (UNIX only) and of drops with each datagram.
static inline void carillon_ask_for_circumstances(int socket, int is_unix) {
    int on = 1;
    setsockopt(socket, SOL_SOCKET, 40 /* SO_RXQ_OVFL */, &on, sizeof on);
    if (is_unix) setsockopt(socket, SOL_SOCKET, 16 /* SO_PASSCRED */, &on, sizeof on);
}

// The next datagram and its circumstances, without blocking; its bytes, or -1 and errno.
static inline ssize_t carillon_receive_datagram(
    int socket, void *buffer, size_t room, struct carillon_datagram *datagram) {
    char control[256];
    struct iovec part = {buffer, room};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    memset(datagram, 0, sizeof *datagram);
    message.msg_name = &datagram->from;
    message.msg_namelen = sizeof datagram->from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t count = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return count;
    datagram->from_length = message.msg_namelen;
    datagram->is_truncated = (message.msg_flags & MSG_TRUNC) != 0;
    for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
        if (item->cmsg_level != SOL_SOCKET) continue;
        if (item->cmsg_type == 2 /* SCM_CREDENTIALS */) {
            memcpy(&datagram->credentials, CMSG_DATA(item), sizeof datagram->credentials);
            datagram->has_credentials = 1;
        } else if (item->cmsg_type == 40 /* SO_RXQ_OVFL */) {
            memcpy(&datagram->overflowed, CMSG_DATA(item), sizeof datagram->overflowed);
        } else if (item->cmsg_type == SCM_RIGHTS) {
            // Descriptors that nobody asked for: closed, or a stranger could use all of ours up.
            size_t given = (item->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (size_t index = 0; index < given; index++) {
                int number;
                memcpy(&number, CMSG_DATA(item) + index * sizeof number, sizeof number);
                close(number);
            }
        }
    }
    return count;
}

// Takes the oldest ICMP error of a datagram socket (IP_RECVERR, ip(7)): its errno, and in `to` where the datagram
// was sent; 0 when there is none. Errors of this host are thrown away: the send itself has told them. Never blocks.
static inline int carillon_take_icmp_error(int socket, struct sockaddr_storage *to) {
    for (;;) {
        char control[128];
        struct msghdr message;
        memset(&message, 0, sizeof message);
        message.msg_name = to;
        message.msg_namelen = sizeof *to;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        if (recvmsg(socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return 0;
        for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
            if ((part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR)
                || (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR)) {
                struct sock_extended_err error;
                memcpy(&error, CMSG_DATA(part), sizeof error);
                if (error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6)
                    return error.ee_errno ? (int)error.ee_errno : EIO;
            }
        }
    }
}

// Bytes of a TCP connection that its peer has not acknowledged (SIOCOUTQ, tcp(7)); 0 where the kernel does not say.
static inline int carillon_unacknowledged_bytes(int socket) {
    int count = 0;
    return ioctl(socket, SIOCOUTQ, &count) == 0 ? count : 0;
}

#endif
