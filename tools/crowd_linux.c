/* The clients of `pier listen`, watched with epoll: see crowd.h. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "crowd.h"
#include "report.h"
#include "server.h"

/* Ready clients that are asked for in one call. */
#define EVENTS_AT_ONCE 256

_Static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR && EPOLLHUP == POLLHUP,
               "events of epoll and poll are the same numbers");

bool crowd_init(crowd *all) {
    *all = (crowd){.next_due = PIER_NEVER};
    all->handle = epoll_create1(EPOLL_CLOEXEC);
    return all->handle >= 0;
}

void crowd_deinit(crowd *all) {
    for (size_t i = 0; i < all->count; i++) {
        client_destroy(all->clients[i]);
    }
    free(all->clients);
    free(all->active);
    if (all->handle >= 0) {
        (void)close(all->handle);
    }
    *all = (crowd){.handle = -1};
}

static bool reserve(crowd *all) {
    if (all->count < all->capacity) {
        return true;
    }
    size_t capacity = all->capacity == 0 ? 16 : all->capacity * 2;
    client **clients = realloc(all->clients, capacity * sizeof(*clients));
    if (clients == NULL) {
        return false;
    }
    all->clients = clients;
    client **active = realloc(all->active, capacity * sizeof(*active));
    if (active == NULL) {
        return false;
    }
    all->active = active;
    all->capacity = capacity;
    return true;
}

/* Asks the system for what the client waits for, and notes when it is due. */
static bool update(crowd *all, client *updated, const struct server *listening) {
    short wanted = client_wanted(updated, listening);
    pier_deadline due = client_due(updated);
    all->next_due = due < all->next_due ? due : all->next_due;
    if (wanted == updated->watched) {
        return true;
    }
    /* One that waits for nothing is not watched: epoll would tell again and again that it hung up. */
    int operation = updated->watched == 0 ? EPOLL_CTL_ADD : wanted == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
    updated->watched = wanted;
    struct epoll_event event = {.events = (uint32_t)wanted, .data.ptr = updated};
    return epoll_ctl(all->handle, operation, pier_channel_handle(updated->channel), &event) == 0;
}

bool crowd_add(crowd *all, client *added, const struct server *listening) {
    if (!reserve(all) || !update(all, added, listening)) {
        client_destroy(added);
        return false;
    }
    added->index = all->count;
    all->clients[all->count++] = added;
    return true;
}

void crowd_activate(crowd *all, client *activated, short events) {
    activated->ready |= events;
    if (!activated->is_active) {
        activated->is_active = true;
        all->active[all->active_count++] = activated;
    }
}

bool crowd_note_ready(crowd *all) {
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(all->handle, events, EVENTS_AT_ONCE, 0);
    bool is_readable = false;
    for (int i = 0; i < count; i++) {
        crowd_activate(all, events[i].data.ptr, (short)events[i].events);
        is_readable = is_readable || (events[i].events & EPOLLIN) != 0;
    }
    return is_readable;
}

void crowd_note_due(crowd *all) {
    int64_t now = pier_clock_monotonic_ns();
    if (now < all->next_due) {
        return;
    }
    all->next_due = PIER_NEVER;
    for (size_t i = 0; i < all->count; i++) {
        pier_deadline due = client_due(all->clients[i]);
        if (due <= now) {
            /* What is overdue is told by reading once more. */
            crowd_activate(all, all->clients[i], POLLIN);
        } else if (due < all->next_due) {
            all->next_due = due;
        }
    }
}

/* A client that has records in memory goes on, unless it must take something back first: the system tells when. */
static bool can_go_on(const client *asked) {
    return asked->has_more && !asked->owes_echo;
}

void crowd_serve(crowd *all, struct server *listening) {
    size_t turns = all->active_count;
    size_t kept = 0;
    for (size_t i = 0; i < turns; i++) {
        client *served = all->active[i];
        bool stays = listening->is_over || client_serve(served, listening);
        served->ready = 0;
        if (stays && !update(all, served, listening)) {
            (void)report_errno("listen", errno, served->name);
            stays = false;
        }
        served->is_active = stays && can_go_on(served);
        if (served->is_active) {
            all->active[kept++] = served;
        } else if (!stays) {
            crowd_remove(all, served->index);
        }
    }
    all->active_count = kept;
}

bool crowd_has_work(const crowd *all) {
    for (size_t i = 0; i < all->active_count; i++) {
        if (can_go_on(all->active[i])) {
            return true;
        }
    }
    return false;
}

void crowd_update(crowd *all, const struct server *listening) {
    for (size_t i = 0; i < all->count; i++) {
        if (!update(all, all->clients[i], listening)) {
            /* Its turn tells it, and ends it. */
            all->clients[i]->watched = 0;
            crowd_activate(all, all->clients[i], 0);
        }
    }
}

void crowd_remove(crowd *all, size_t index) {
    client *removed = all->clients[index];
    for (size_t i = 0; removed->is_active && i < all->active_count; i++) {
        if (all->active[i] == removed) {
            all->active[i] = all->active[--all->active_count];
            removed->is_active = false;
        }
    }
    client_destroy(removed);
    all->count--;
    if (index < all->count) {
        all->clients[index] = all->clients[all->count];
        all->clients[index]->index = index;
    }
}
