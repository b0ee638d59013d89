// What Glibc's Swift module leaves out because it hides behind _GNU_SOURCE: epoll, eventfd, timerfd,
// accept4, signalfd, SO_PEERCRED, the error queue of a socket. Declared by hand: defining _GNU_SOURCE here breaks debug builds.
#ifndef CARILLON_CEPOLL_SHIM_H
#define CARILLON_CEPOLL_SHIM_H

// Glibc's own declarations first, as Swift sees them: else two modules own `sockaddr` and its constants, and which of
// them a file finds depends on what the compiler has cached.
#pragma clang module import SwiftGlibc

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>

#include <linux/errqueue.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);

// The next connection and its address, without blocking and closed on exec; -1 and errno.
static inline int carillon_accept(int listener, struct sockaddr_storage *address) {
    socklen_t length = sizeof *address;
    return accept4(listener, (struct sockaddr *)address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
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

// Takes the oldest ICMP error of a datagram socket (IP_RECVERR): its errno, and in `to` whom the datagram was
// meant for; 0 when there is none. Never blocks.
static inline int carillon_take_datagram_error(int socket, struct sockaddr_storage *to) {
    char control[512];
    struct msghdr message;
    memset(&message, 0, sizeof message);
    memset(to, 0, sizeof *to);
    message.msg_name = to;
    message.msg_namelen = sizeof *to;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return 0;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        int is_error = (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR)
            || (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR);
        if (is_error) {
            struct sock_extended_err error;
            memcpy(&error, CMSG_DATA(part), sizeof error);
            return error.ee_errno ? (int)error.ee_errno : EIO;
        }
    }
    return EIO;
}

#endif
