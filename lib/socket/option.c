/* Options of a socket; see <pier/socket_option.h>.
 *
 * Floor 2 (socket). Knows the platform by its contract. For the thread that uses the socket. */
#include "socket/option_internal.h"

#include <string.h>

#include "base/error_internal.h"
#include "socket/socket_internal.h"

static const struct {
    int64_t lowest;
    int64_t highest;
    const char *words;
} table[] = {
#define ROW(name, number, lowest, highest, words) [PIER_OPTION_##name] = {(lowest), (highest), (words)},
    PIER_SOCKET_OPTION_TABLE(ROW)
#undef ROW
};

const char *pier__option_words(pier_socket_option option) {
    return (size_t)option < sizeof table / sizeof table[0] ? table[option].words : NULL;
}

bool pier__socket_is_tcp(const pier_socket *socket) {
    return socket->address.transport == PIER_TRANSPORT_TCP;
}

static bool is_ipv6(const pier_socket *socket) {
    return socket->address.family == PIER_FAMILY_IPV6;
}

/* Looks whether a socket of that address has the option. */
static pier_status check_scope(const pier_address *address, pier_socket_option option, pier_error *error) {
    const char *words = pier__option_words(option);
    if (words == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "there is no option with the number %d",
                               (int)option);
    }
    pier__option_scope scope = pier__platform_option_scope(option);
    if (scope == PIER__OPTION_IPV6 && address->family != PIER_FAMILY_IPV6) {
        return pier__error_set(error, PIER_UNSUPPORTED, PIER_FLOOR_SOCKET, 0,
                               "%s is IPv6's, and this is no IPv6 socket", words);
    }
    if (scope == PIER__OPTION_TCP && address->transport != PIER_TRANSPORT_TCP) {
        return pier__error_set(error, PIER_UNSUPPORTED, PIER_FLOOR_SOCKET, 0, "%s is TCP's, and this is no TCP socket",
                               words);
    }
    if (scope == PIER__OPTION_UDP && address->transport != PIER_TRANSPORT_UDP) {
        return pier__error_set(error, PIER_UNSUPPORTED, PIER_FLOOR_SOCKET, 0, "%s is UDP's, and this is no UDP socket",
                               words);
    }
    if (scope == PIER__OPTION_IP && address->transport == PIER_TRANSPORT_UNIX) {
        return pier__error_set(error, PIER_UNSUPPORTED, PIER_FLOOR_SOCKET, 0, "%s are of TCP and UDP, and this is Unix",
                               words);
    }
    return PIER_OK;
}

pier_status pier__option_check(const pier_address *address, pier_socket_option option, int64_t value,
                               pier_error *error) {
    pier_status status = check_scope(address, option, error);
    if (status != PIER_OK) {
        return status;
    }
    if (value < table[option].lowest || value > table[option].highest) {
        return pier__error_set(error, PIER_RANGE, PIER_FLOOR_SOCKET, 0, "%s must be %lld to %lld, and is %lld",
                               table[option].words, (long long)table[option].lowest, (long long)table[option].highest,
                               (long long)value);
    }
    return PIER_OK;
}

/* Notes a failure whose error is filled in already. */
static pier_status note(pier_socket *socket, pier_status status) {
    atomic_store_explicit(&socket->failed_last, (unsigned char)PIER__READ, memory_order_relaxed);
    return status;
}

static pier_status refuse_closed(pier_socket *socket) {
    return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "an open socket is needed for its options");
}

pier_status pier_socket_set_option(pier_socket *socket, pier_socket_option option, int64_t value) {
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (socket->handle == PIER__NO_HANDLE) {
        return refuse_closed(socket);
    }
    pier_status status = pier__option_check(&socket->address, option, value, &socket->errors[PIER__READ]);
    if (status != PIER_OK) {
        return note(socket, status);
    }
    if (option == PIER_OPTION_IPV6_ONLY) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE,
                                   "IPv6 alone is chosen before a socket is bound: name it in its settings");
    }
    int os_error = pier__platform_set_option(socket->handle, is_ipv6(socket), option, value);
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "set an option of", os_error);
}

pier_status pier_socket_get_option(pier_socket *socket, pier_socket_option option, int64_t *value) {
    if (value != NULL) {
        *value = 0;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (value == NULL || socket->handle == PIER__NO_HANDLE) {
        return refuse_closed(socket);
    }
    pier_status status = check_scope(&socket->address, option, &socket->errors[PIER__READ]);
    if (status != PIER_OK) {
        return note(socket, status);
    }
    int os_error = pier__platform_get_option(socket->handle, is_ipv6(socket), option, value);
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "ask for an option of", os_error);
}

pier_status pier_socket_set_congestion(pier_socket *socket, const char *name) {
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (name == NULL || socket->handle == PIER__NO_HANDLE) {
        return refuse_closed(socket);
    }
    if (!pier__socket_is_tcp(socket)) {
        return pier__socket_refuse(socket, PIER__READ, PIER_UNSUPPORTED, "congestion control is TCP's");
    }
    int os_error = pier__platform_set_congestion(socket->handle, name);
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "set the congestion control of", os_error);
}

pier_status pier_socket_get_congestion(pier_socket *socket, char name[PIER_CONGESTION_BYTES_MAX]) {
    if (name != NULL) {
        name[0] = '\0';
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (name == NULL || socket->handle == PIER__NO_HANDLE) {
        return refuse_closed(socket);
    }
    if (!pier__socket_is_tcp(socket)) {
        return pier__socket_refuse(socket, PIER__READ, PIER_UNSUPPORTED, "congestion control is TCP's");
    }
    int os_error = pier__platform_get_congestion(socket->handle, name);
    return os_error == 0 ? PIER_OK
                         : pier__socket_fail(socket, PIER__READ, "ask for the congestion control of", os_error);
}

pier_status pier_socket_set_raw_option(pier_socket *socket, int level, int name, pier_bytes bytes) {
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (socket->handle == PIER__NO_HANDLE || bytes.size > INT32_MAX || (bytes.data == NULL && bytes.size > 0)) {
        return refuse_closed(socket);
    }
    int os_error = pier__platform_set_raw(socket->handle, level, name, bytes);
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "set an option of", os_error);
}

pier_status pier_socket_get_raw_option(pier_socket *socket, int level, int name, void *buffer, size_t capacity_bytes,
                                       size_t *size) {
    if (size != NULL) {
        *size = 0;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (size == NULL || buffer == NULL || capacity_bytes > INT32_MAX || socket->handle == PIER__NO_HANDLE) {
        return refuse_closed(socket);
    }
    int os_error = pier__platform_get_raw(socket->handle, level, name, buffer, capacity_bytes, size);
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "ask for an option of", os_error);
}

int pier__socket_apply_settings(const pier_socket *socket, const pier_socket_options *options) {
    int os_error = 0;
    if (options->interface_name != NULL) {
        os_error = pier__platform_use_interface(socket->handle, options->interface_name);
    }
    for (size_t i = 0; i < options->settings_count && os_error == 0; i++) {
        const pier_socket_setting *setting = &options->settings[i];
        os_error = pier__platform_set_option(socket->handle, is_ipv6(socket), (pier_socket_option)setting->option,
                                             setting->value);
    }
    return os_error;
}

pier_status pier__socket_check_settings(const pier_address *address, const pier_socket_options *options,
                                        pier_error *error) {
    if (options->interface_name != NULL && address->transport == PIER_TRANSPORT_UNIX) {
        return pier__error_set(error, PIER_UNSUPPORTED, PIER_FLOOR_SOCKET, 0,
                               "Unix sockets have no interface that could be chosen");
    }
    if (options->settings_count > 0 && options->settings == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "settings are counted, but NULL");
    }
    for (size_t i = 0; i < options->settings_count; i++) {
        const pier_socket_setting *setting = &options->settings[i];
        pier_status status = pier__option_check(address, (pier_socket_option)setting->option, setting->value, error);
        if (status != PIER_OK) {
            return status;
        }
    }
    return PIER_OK;
}
