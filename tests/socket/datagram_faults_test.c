/* Datagram sockets whose system calls and allocations fail: every call, the first, the second, … once and for good.
 *
 * Floor 2 (socket). A pass is a whole life in one thread. Whatever is struck, it must end in success or in an honest
 * failure, with nothing left open, allocated or in the file system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <pier/multicast.h>
#include <pier/socket_handle.h>
#include <pier/socket_option.h>

#include "socket/joint.h"
#include "socket/mole.h"
#include "support/fault_allocator.h"
#include "support/fault_system.h"

int __real_unlink(const char *path);

/* How long a pass waits: generously, but not when a call that says "not now" for good makes it wait in vain. */
#define PATIENT_MS 5000
#define IN_VAIN_MS 40

static int64_t patience_ms = PATIENT_MS;

typedef struct pass_setting {
    mole_kind kind;
    const pier_allocator *allocator;
    mole places; /* for the folder alone */
    pier_address left;
    pier_address right;
} pass_setting;

static pier_deadline patience(void) {
    return pier_deadline_after_ms(patience_ms);
}

/* Asserts that an answer is what may be: success, "not now" and failures of what was struck alone. Returns whether to
 * go on. */
static bool goes_on(pier_status status, const pier_error *error) {
    if (status < 0) {
        assert_int_equal(error->status, status);
        assert_true(error->text[0] != '\0');
        assert_int_equal(error->offset, PIER_NO_OFFSET);
    }
    if (fault_system_struck() == 0) {
        if (status != PIER_OK) {
            fail_msg("%s: %s", pier_status_name(status), error->text);
        }
    }
    return status == PIER_OK;
}

/* Sends one over, looks at it and takes it. */
static bool talk(pier_socket *from, pier_socket *to, const pier_address *address) {
    static const char text[] = "whole or not at all";
    pier_bytes spans[] = {{text, 5}, {text + 5, sizeof text - 5}};
    char buffer[64];
    size_t size = 0;
    size_t most = 0;
    pier_address sender;
    if (!goes_on(pier_datagram_bytes_max(from, address, &most), pier_socket_write_error(from)) ||
        !goes_on(pier_datagram_send(from, address, spans, 2, patience()), pier_socket_write_error(from)) ||
        !goes_on(pier_datagram_peek(to, buffer, 0, &size, &sender, patience()), pier_socket_read_error(to)) ||
        !goes_on(pier_datagram_receive(to, buffer, sizeof buffer, &size, &sender, patience()),
                 pier_socket_read_error(to))) {
        return false;
    }
    assert_int_equal(size, sizeof text);
    assert_memory_equal(buffer, text, size);
    return true;
}

/* Takes what is left over of a pass that was cut short away. */
static void clear(const pass_setting *setting) {
    const pier_address *places[] = {&setting->left, &setting->right};
    for (size_t i = 0; i < 2 && setting->kind == MOLE_UNIX_PATH; i++) {
        char path[PIER_UNIX_NAME_BYTES_MAX + 1] = "";
        memcpy(path, places[i]->name, places[i]->name_bytes);
        (void)__real_unlink(path);
    }
}

/* The handle of a socket goes into another object. */
static bool hand_over(pier_socket **socket, const pier_socket_options *options) {
    pier_error error;
    int handle = -1;
    if (!goes_on(pier_socket_release(*socket, &handle), pier_socket_error(*socket))) {
        return false;
    }
    pier_socket_destroy(*socket);
    *socket = NULL;
    pier_status status = pier_datagram_adopt(socket, handle, options, &error);
    if (status != PIER_OK) {
        assert_null(*socket);
        assert_int_equal(close(handle) == 0 || fault_system_struck() > 0, true);
    }
    return goes_on(status, &error);
}

static void live(const pass_setting *setting) {
    static const pier_socket_setting setting_list[] = {{PIER_OPTION_RECEIVE_BUFFER_BYTES, 65536}};
    pier_socket_options options = {
        .size = sizeof options, .allocator = setting->allocator, .settings = setting_list, .settings_count = 1};
    pier_socket *left = NULL;
    pier_socket *right = NULL;
    pier_socket *client = NULL;
    pier_error error;
    pier_address left_bound;
    pier_address right_bound;
    bool lives = goes_on(pier_datagram_open(&left, &setting->left, &options, &error), &error) &&
                 goes_on(pier_datagram_open(&right, &setting->right, &options, &error), &error) &&
                 goes_on(pier_socket_local_address(left, &left_bound), pier_socket_error(left)) &&
                 goes_on(pier_socket_local_address(right, &right_bound), pier_socket_error(right));
    lives = lives && talk(left, right, &right_bound) && talk(right, left, &left_bound);
    lives = lives && goes_on(pier_datagram_connect(&client, &left_bound, &options, &error), &error);
    lives = lives && talk(client, left, NULL);
    lives = lives && goes_on(pier_datagram_set_peer(client, &right_bound), pier_socket_error(client));
    lives = lives && talk(client, right, NULL) && hand_over(&client, &options) && talk(client, right, NULL);
    if (lives) {
        (void)goes_on(pier_socket_close(left), pier_socket_error(left));
    }
    pier_socket_destroy(client);
    pier_socket_destroy(left);
    pier_socket_destroy(right);
    clear(setting);
}

static void system_pass(void *user) {
    live(user);
}

static void memory_pass(fault_allocator *faults, void *user) {
    pass_setting *setting = user;
    pier_error error;
    pier_socket *socket = NULL;
    pier_socket_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_status status = pier_datagram_open(&socket, &setting->left, &options, &error);
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    assert_int_equal(socket != NULL, status == PIER_OK);
    pier_socket_destroy(socket);
    clear(setting);
}

static void group_pass(void *user) {
    (void)user;
    pier_address group = joint_parse("udp://239.255.71.4:0");
    pier_socket_options options = {.size = sizeof options, .interface_name = "lo"};
    pier_socket *socket = NULL;
    pier_error error;
    if (goes_on(pier_datagram_open(&socket, &group, &options, &error), &error)) {
        group.name[3]++;
        if (goes_on(pier_multicast_join(socket, &group, 1), pier_socket_error(socket))) {
            (void)goes_on(pier_multicast_leave(socket, &group, 1), pier_socket_error(socket));
        }
    }
    pier_socket_destroy(socket);
}

static void setting_open(pass_setting *setting, mole_kind kind) {
    memset(setting, 0, sizeof *setting);
    setting->kind = kind;
    setting->left = mole_address(&setting->places, kind);
    setting->right = mole_address(&setting->places, kind);
}

static void every_call_may_fail(void **state) {
    pass_setting setting;
    mole_kind kind = *(const mole_kind *)*state;
    if (!mole_kind_is_here(kind)) {
        skip();
    }
    setting_open(&setting, kind);
    patience_ms = PATIENT_MS;
    assert_true(fault_system_sweep(system_pass, &setting) > 20);
    /* The numbers that mean something of their own to datagrams. */
    static const int sending[] = {ENOBUFS, ENOMEM, EMSGSIZE, ECONNREFUSED, EHOSTUNREACH, EPERM};
    for (size_t i = 0; i < sizeof sending / sizeof sending[0]; i++) {
        assert_true(fault_system_sweep_call(system_pass, &setting, FAULT_SENDMSG, sending[i]) > 0);
    }
    static const int receiving[] = {ECONNREFUSED, ENOMEM, EHOSTUNREACH};
    for (size_t i = 0; i < sizeof receiving / sizeof receiving[0]; i++) {
        assert_true(fault_system_sweep_call(system_pass, &setting, FAULT_RECVMSG, receiving[i]) > 0);
    }
    /* Once it is only one more turn, for good it is a wait in vain. */
    patience_ms = IN_VAIN_MS;
    assert_true(fault_system_sweep_call(system_pass, &setting, FAULT_SENDMSG, EAGAIN) > 0);
    assert_true(fault_system_sweep_call(system_pass, &setting, FAULT_RECVMSG, EAGAIN) > 0);
    patience_ms = PATIENT_MS;
    mole_close(&setting.places);
}

static void an_interruption_is_never_seen(void **state) {
    pass_setting setting;
    mole_kind kind = *(const mole_kind *)*state;
    if (!mole_kind_is_here(kind)) {
        skip();
    }
    setting_open(&setting, kind);
    for (uint64_t every = 2; every < 6; every++) {
        mole ends;
        fault_system_reset();
        fault_system_interrupt(every);
        mole_open(&ends, kind, NULL);
        mole_send(ends.left, &ends.right_address, "hello");
        mole_receive(ends.right, "hello", NULL);
        fault_system_reset();
        mole_close(&ends);
    }
    mole_close(&setting.places);
}

static void memory_may_lack(void **state) {
    pass_setting setting;
    mole_kind kind = *(const mole_kind *)*state;
    if (!mole_kind_is_here(kind)) {
        skip();
    }
    setting_open(&setting, kind);
    assert_true(fault_allocator_sweep(memory_pass, &setting) > 0);
    mole_close(&setting.places);
}

static void groups_may_fail(void **state) {
    (void)state;
    assert_true(fault_system_sweep(group_pass, NULL) > 5);
}

int main(void) {
    static mole_kind kinds[] = {MOLE_IPV4, MOLE_IPV6, MOLE_UNIX_PATH, MOLE_UNIX_ABSTRACT};
    const struct CMUnitTest tests[] = {
        {"udp_ipv4_every_call_may_fail", every_call_may_fail, NULL, NULL, &kinds[0]},
        {"udp_ipv6_every_call_may_fail", every_call_may_fail, NULL, NULL, &kinds[1]},
        {"unix_path_every_call_may_fail", every_call_may_fail, NULL, NULL, &kinds[2]},
        {"unix_abstract_every_call_may_fail", every_call_may_fail, NULL, NULL, &kinds[3]},
        {"udp_ipv4_an_interruption_is_never_seen", an_interruption_is_never_seen, NULL, NULL, &kinds[0]},
        {"udp_ipv6_an_interruption_is_never_seen", an_interruption_is_never_seen, NULL, NULL, &kinds[1]},
        {"unix_path_an_interruption_is_never_seen", an_interruption_is_never_seen, NULL, NULL, &kinds[2]},
        {"unix_abstract_an_interruption_is_never_seen", an_interruption_is_never_seen, NULL, NULL, &kinds[3]},
        {"udp_ipv4_memory_may_lack", memory_may_lack, NULL, NULL, &kinds[0]},
        {"unix_path_memory_may_lack", memory_may_lack, NULL, NULL, &kinds[2]},
        cmocka_unit_test(groups_may_fail),
    };
    return _cmocka_run_group_tests("datagram faults", tests, sizeof tests / sizeof tests[0], NULL, NULL);
}
