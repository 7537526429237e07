/* The scan: the same answer however the bytes come, the extent that a second walk finds, and what msgpack-c says.
 *
 * Floor 4 (archive). */
#include "fuzz/fuzz.h"

#include <string.h>

#include <msgpack/unpack.h>

#include "archive/scan_internal.h"

typedef struct answer {
    pier_status status;
    size_t position;
} answer;

/* Scans, looking anew after each `step` bytes; 0: at once. */
static answer scan_by(pier__scan *scan, const uint8_t *data, size_t size, size_t step) {
    pier__scan_begin(scan);
    pier_status status = PIER_MORE;
    for (size_t there = step == 0 || step > size ? size : step;; there += step) {
        there = there < size ? there : size;
        status = pier__scan_run(scan, data, there);
        if (status != PIER_MORE || there == size) {
            break;
        }
    }
    return (answer){status, scan->position};
}

static void ask_msgpack(const uint8_t *data, size_t size, answer expected) {
    msgpack_unpacked unpacked;
    size_t behind = 0;
    msgpack_unpacked_init(&unpacked);
    msgpack_unpack_return found = msgpack_unpack_next(&unpacked, (const char *)data, size, &behind);
    msgpack_unpacked_destroy(&unpacked);
    if (expected.status == PIER_OK) {
        FUZZ_REQUIRE(found == MSGPACK_UNPACK_SUCCESS || found == MSGPACK_UNPACK_EXTRA_BYTES);
        FUZZ_REQUIRE(behind == expected.position);
    } else {
        FUZZ_REQUIRE(found == (expected.status == PIER_MORE ? MSGPACK_UNPACK_CONTINUE : MSGPACK_UNPACK_PARSE_ERROR));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    pier_limits limits = {.depth_max = 1 + data[0] % 31u,
                          .elements_max = 1 + data[1] * 20u,
                          .text_bytes_max = (data[1] & 1) != 0 ? 20 : 1 << 20,
                          .record_bytes_max = (data[1] & 2) != 0 ? 100 : 1 << 20};
    size_t step = data[0] / 32;
    data += 2;
    size -= 2;
    pier__scan scan;
    FUZZ_REQUIRE(pier__scan_init(&scan, &limits, pier_allocator_default()));
    answer whole = scan_by(&scan, data, size, 0);
    answer bytewise = scan_by(&scan, data, size, 1);
    answer stepwise = scan_by(&scan, data, size, step);
    FUZZ_REQUIRE(whole.status == bytewise.status && whole.position == bytewise.position);
    FUZZ_REQUIRE(whole.status == stepwise.status && whole.position == stepwise.position);
    FUZZ_REQUIRE(pier__scan_run(&scan, data, size) == whole.status && scan.position == whole.position);
    size_t extent = pier__scan_extent(data, size);
    size_t wrong = pier__scan_wrong_byte(data, size);
    FUZZ_REQUIRE(whole.status != PIER_OK || (extent == whole.position && wrong == extent));
    FUZZ_REQUIRE(whole.status != PIER_MORE || extent == 0);
    FUZZ_REQUIRE(whole.status != PIER_PROTOCOL || (extent == 0 && wrong == whole.position && data[wrong] == 0xc1));
    FUZZ_REQUIRE(extent != 0 || wrong == size || data[wrong] == 0xc1);
    pier__scan_deinit(&scan, pier_allocator_default());
    if (whole.status != PIER_LIMIT && size > 0) {
        ask_msgpack(data, size, whole);
    }
    return 0;
}
