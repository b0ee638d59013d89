// What Glibc's Swift module leaves out because it hides behind _GNU_SOURCE: epoll, eventfd, timerfd,
// accept4, signalfd, SO_PEERCRED. Declared by hand: defining _GNU_SOURCE here breaks debug builds.
#ifndef CARILLON_CEPOLL_SHIM_H
#define CARILLON_CEPOLL_SHIM_H

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

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

#endif
