// What Glibc's Swift module leaves out because it hides behind _GNU_SOURCE: epoll, eventfd,
// accept4, signalfd. Declared by hand: defining _GNU_SOURCE here breaks debug builds.
#ifndef CARILLON_CEPOLL_SHIM_H
#define CARILLON_CEPOLL_SHIM_H

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);

static inline int carillon_accept(int listener) {
    return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

#endif
