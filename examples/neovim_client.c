/* Talks to a running neovim by MessagePack-RPC: neovim_client ENDPOINT [BYTES]
 *
 * nvim --headless --listen /tmp/nvim.sock                        begin with this
 * neovim_client unix:/tmp/nvim.sock 52428800                     then 50 MiB go there and come back
 *
 * The protocol is plain MessagePack in both directions: a request is [0, id, method, arguments], a response [1, id,
 * error, result], a notification [2, method, arguments]. Responses and notifications come in any order. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/pier.h>

#define REQUEST 0
#define RESPONSE 1
#define NOTIFICATION 2

/* How long neovim may take for one answer. */
#define PATIENCE_MS 60000

typedef struct editor {
    pier_channel *channel;
    pier_archive *store;
    pier_archive *load;
    uint32_t last_id;
    uint32_t notifications; /* that came while an answer was awaited */
} editor;

/* [guide: plain-limits] */
/* Limits for texts of `text_bytes` in records of their own, and room for one of them in each queue. */
static pier_status connect_to(editor *nvim, const char *endpoint, uint64_t text_bytes, pier_error *error) {
    pier_limits limits = {
        .size = sizeof limits,
        .record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT + text_bytes,
        .text_bytes_max = PIER_TEXT_BYTES_MAX_DEFAULT + text_bytes,
        .queue_bytes_max = PIER_QUEUE_BYTES_MAX_DEFAULT + text_bytes,
    };
    pier_channel_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN, .limits = &limits};
    pier_status status = pier_channel_connect(&nvim->channel, endpoint, pier_deadline_after_ms(10000), &options, error);
    if (status == PIER_OK) {
        nvim->store = pier_channel_store_archive(nvim->channel);
        nvim->load = pier_channel_load_archive(nvim->channel);
    }
    return status;
}
/* [end] */

/* [guide: plain-request] */
/* Begins a request with so many arguments, which the caller stores behind it. */
static pier_status begin_request(editor *nvim, const char *method, uint32_t arguments) {
    pier_status status = pier_archive_begin(nvim->store);
    if (status == PIER_OK) {
        pier_store_array(nvim->store, 4);
        pier_store_u32(nvim->store, REQUEST);
        pier_store_u32(nvim->store, ++nvim->last_id);
        pier_store_string(nvim->store, method);
        pier_store_array(nvim->store, arguments);
    }
    return status;
}

/* Ends the request, sends it, and waits for its response: afterwards the archive stands at the result. */
static pier_status await_result(editor *nvim) {
    pier_channel_set_deadline(nvim->channel, pier_deadline_after_ms(PATIENCE_MS));
    pier_status status = pier_archive_end(nvim->store);
    if (status == PIER_OK) {
        status = pier_archive_flush(nvim->store);
    }
    while (status == PIER_OK && (status = pier_archive_next(nvim->load)) == PIER_OK) {
        uint32_t count = pier_load_array(nvim->load);
        uint32_t kind = pier_load_u32(nvim->load);
        if (kind == NOTIFICATION && count == 3) {
            pier_text method = pier_load_text(nvim->load);
            printf("notified: %.*s", (int)method.size, method.data);
            uint32_t arguments = pier_load_array(nvim->load);
            printf(" with %" PRIu32 "\n", arguments);
            nvim->notifications++;
        } else if (kind == RESPONSE && count == 4 && pier_load_u32(nvim->load) == nvim->last_id) {
            if (pier_load_kind(nvim->load) == PIER_KIND_NIL) {
                pier_load_skip(nvim->load);
                return pier_archive_status(nvim->load);
            }
            fprintf(stderr, "neovim_client: neovim answers with an error\n");
            return PIER_PROTOCOL;
        }
        status = pier_archive_status(nvim->load);
    }
    return status;
}
/* [end] */

/* Asks for the number of this channel, and for the version on the way. */
static pier_status ask_info(editor *nvim, uint64_t *channel_id) {
    pier_status status = begin_request(nvim, "nvim_get_api_info", 0);
    if (status == PIER_OK) {
        status = await_result(nvim);
    }
    if (status != PIER_OK) {
        return status;
    }
    if (pier_load_array(nvim->load) == 2) {
        *channel_id = pier_load_u64(nvim->load);
        printf("channel %" PRIu64 ", %" PRIu32 " parts of api info\n", *channel_id, pier_load_map(nvim->load));
    }
    return pier_archive_status(nvim->load);
}

/* Lets neovim compute, and send notifications of its own before it answers. */
static pier_status ask_notifications(editor *nvim, uint64_t channel_id) {
    char lua[160];
    (void)snprintf(lua, sizeof lua, "for i = 1, 3 do vim.rpcnotify(%" PRIu64 ", 'counted', i) end return 6 * 7",
                   channel_id);
    pier_status status = begin_request(nvim, "nvim_exec_lua", 2);
    if (status != PIER_OK) {
        return status;
    }
    pier_store_string(nvim->store, lua);
    pier_store_array(nvim->store, 0);
    status = await_result(nvim);
    if (status == PIER_OK) {
        printf("computed %" PRIu32 " after %" PRIu32 " notifications\n", pier_load_u32(nvim->load),
               nvim->notifications);
        status = pier_archive_status(nvim->load);
    }
    return status;
}

/* Sends a text, which neovim gives back as it came; compares it. */
static pier_status echo_text(editor *nvim, pier_text text) {
    pier_status status = begin_request(nvim, "nvim_exec_lua", 2);
    if (status != PIER_OK) {
        return status;
    }
    pier_store_string(nvim->store, "return ...");
    pier_store_array(nvim->store, 1);
    pier_store_text(nvim->store, text);
    status = await_result(nvim);
    if (status != PIER_OK) {
        return status;
    }
    pier_text back = pier_load_text(nvim->load);
    bool is_same = back.size == text.size && memcmp(back.data, text.data, text.size) == 0;
    printf("a text of %zu bytes came back %s\n", text.size, is_same ? "as it was" : "changed");
    return is_same ? pier_archive_status(nvim->load) : PIER_CORRUPT;
}

static pier_status talk(editor *nvim, size_t text_bytes) {
    uint64_t channel_id = 0;
    pier_status status = ask_info(nvim, &channel_id);
    if (status == PIER_OK) {
        status = ask_notifications(nvim, channel_id);
    }
    char *data = (char *)malloc(text_bytes + 1);
    if (status == PIER_OK && data != NULL) {
        for (size_t i = 0; i < text_bytes; i++) {
            data[i] = (char)('a' + i % 26);
        }
        status = echo_text(nvim, (pier_text){data, text_bytes});
    }
    free(data);
    return data == NULL ? PIER_NO_MEMORY : status;
}

int main(int argc, char **argv) {
    editor nvim = {.channel = NULL};
    pier_error error = {0};
    size_t text_bytes = argc > 2 ? (size_t)strtoull(argv[2], NULL, 10) : 1000;
    pier_status status = connect_to(&nvim, argc > 1 ? argv[1] : "", text_bytes, &error);
    if (status == PIER_OK) {
        status = talk(&nvim, text_bytes);
        error = *pier_channel_error(nvim.channel);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "neovim_client: %s\n", error.status < 0 ? error.text : pier_status_text(status));
    }
    pier_channel_destroy(nvim.channel);
    return status == PIER_OK ? 0 : 1;
}
