/* Those that a loop serves, watched with epoll: see crowd.h. */
#include "crowd.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "report.h"

/* Ready sockets that are asked for in one call. */
#define EVENTS_AT_ONCE 256

_Static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR && EPOLLHUP == POLLHUP,
               "events of epoll and poll are the same numbers");

void member_init(member *made, const member_ops *ops, const char *name) {
    *made = (member){.ops = ops, .name = name};
    for (size_t i = 0; i < MEMBER_WATCHES; i++) {
        made->watches[i] = (member_watch){.of = made, .handle = -1};
    }
}

void member_set_handle(member *changed, size_t watch, int handle) {
    /* The system forgets a socket that is closed. */
    changed->watches[watch] = (member_watch){.of = changed, .handle = handle};
}

bool crowd_init(crowd *all, const char *command) {
    *all = (crowd){.command = command, .next_due = PIER_NEVER};
    all->handle = epoll_create1(EPOLL_CLOEXEC);
    return all->handle >= 0;
}

void crowd_deinit(crowd *all) {
    for (size_t i = 0; i < all->count; i++) {
        all->members[i]->ops->destroy(all->members[i]);
    }
    free(all->members);
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
    member **members = realloc(all->members, capacity * sizeof(*members));
    if (members == NULL) {
        return false;
    }
    all->members = members;
    member **active = realloc(all->active, capacity * sizeof(*active));
    if (active == NULL) {
        return false;
    }
    all->active = active;
    all->capacity = capacity;
    return true;
}

/* Asks the system for what is wanted of a socket. */
static bool update_watch(const crowd *all, member_watch *watch) {
    if (watch->handle < 0 || watch->wanted == watch->watched) {
        return true;
    }
    /* One that waits for nothing is not watched: epoll would tell again and again that it hung up. */
    int operation = watch->watched == 0 ? EPOLL_CTL_ADD : watch->wanted == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
    watch->watched = watch->wanted;
    struct epoll_event event = {.events = (uint32_t)watch->wanted, .data.ptr = watch};
    return epoll_ctl(all->handle, operation, watch->handle, &event) == 0;
}

/* Asks the system for what the member waits for, and notes when it is due. */
static bool update(crowd *all, member *updated) {
    bool is_done = true;
    updated->ops->want(updated);
    pier_deadline due = updated->ops->due(updated);
    all->next_due = due < all->next_due ? due : all->next_due;
    for (size_t i = 0; i < MEMBER_WATCHES && is_done; i++) {
        is_done = update_watch(all, &updated->watches[i]);
    }
    return is_done;
}

bool crowd_add(crowd *all, member *added) {
    if (!reserve(all) || !update(all, added)) {
        int os_error = errno;
        added->ops->destroy(added);
        errno = os_error;
        return false;
    }
    added->index = all->count;
    all->members[all->count++] = added;
    return true;
}

static void activate(crowd *all, member_watch *watch, short events) {
    watch->ready |= events;
    if (!watch->of->is_active) {
        watch->of->is_active = true;
        all->active[all->active_count++] = watch->of;
    }
}

void crowd_activate(crowd *all, member *activated, short events) {
    activate(all, &activated->watches[0], events);
}

bool crowd_note_ready(crowd *all) {
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(all->handle, events, EVENTS_AT_ONCE, 0);
    bool is_readable = false;
    for (int i = 0; i < count; i++) {
        activate(all, events[i].data.ptr, (short)events[i].events);
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
        pier_deadline due = all->members[i]->ops->due(all->members[i]);
        if (due <= now) {
            /* What is overdue is told by reading once more. */
            crowd_activate(all, all->members[i], POLLIN);
        } else if (due < all->next_due) {
            all->next_due = due;
        }
    }
}

void crowd_serve(crowd *all, const bool *is_over) {
    size_t turns = all->active_count;
    size_t kept = 0;
    for (size_t i = 0; i < turns; i++) {
        member *served = all->active[i];
        bool stays = *is_over || served->ops->serve(served);
        for (size_t j = 0; j < MEMBER_WATCHES; j++) {
            served->watches[j].ready = 0;
        }
        if (stays && !update(all, served)) {
            (void)report_errno(all->command, errno, served->name);
            stays = false;
        }
        served->is_active = stays && served->ops->has_work(served);
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
        if (all->active[i]->ops->has_work(all->active[i])) {
            return true;
        }
    }
    return false;
}

void crowd_update_one(crowd *all, member *updated) {
    if (!update(all, updated)) {
        /* Its turn tells it, and ends it. */
        for (size_t i = 0; i < MEMBER_WATCHES; i++) {
            updated->watches[i].watched = 0;
        }
        crowd_activate(all, updated, 0);
    }
}

void crowd_update(crowd *all) {
    for (size_t i = 0; i < all->count; i++) {
        crowd_update_one(all, all->members[i]);
    }
}

void crowd_remove(crowd *all, size_t index) {
    member *removed = all->members[index];
    for (size_t i = 0; removed->is_active && i < all->active_count; i++) {
        if (all->active[i] == removed) {
            all->active[i] = all->active[--all->active_count];
            removed->is_active = false;
        }
    }
    removed->ops->destroy(removed);
    all->count--;
    if (index < all->count) {
        all->members[index] = all->members[all->count];
        all->members[index]->index = index;
    }
}
