/* Loads and stores in both byte orders, at every alignment.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/endian_internal.h"

static const uint8_t ascending[8] = {0x81, 0x92, 0xA3, 0xB4, 0xC5, 0xD6, 0xE7, 0xF8};

static void loads_take_the_bytes_in_order(void **state) {
    (void)state;
    for (size_t shift = 0; shift < 8; shift++) {
        uint8_t room[16] = {0};
        memcpy(room + shift, ascending, 8);
        assert_int_equal(pier__load_be16(room + shift), 0x8192);
        assert_int_equal(pier__load_le16(room + shift), 0x9281);
        assert_int_equal(pier__load_be32(room + shift), UINT32_C(0x8192A3B4));
        assert_int_equal(pier__load_le32(room + shift), UINT32_C(0xB4A39281));
        assert_true(pier__load_be64(room + shift) == UINT64_C(0x8192A3B4C5D6E7F8));
        assert_true(pier__load_le64(room + shift) == UINT64_C(0xF8E7D6C5B4A39281));
    }
}

static void stores_write_the_bytes_in_order_and_no_others(void **state) {
    (void)state;
    uint8_t room[10];
    const uint8_t reversed[8] = {0xF8, 0xE7, 0xD6, 0xC5, 0xB4, 0xA3, 0x92, 0x81};
#define ASSERT_STORED(store, value, bytes, size)                                                                       \
    do {                                                                                                               \
        memset(room, 0x11, sizeof room);                                                                               \
        store(room + 1, value);                                                                                        \
        assert_int_equal(room[0], 0x11);                                                                               \
        assert_memory_equal(room + 1, bytes, size);                                                                    \
        assert_int_equal(room[1 + (size)], 0x11);                                                                      \
    } while (0)
    ASSERT_STORED(pier__store_be16, 0x8192, ascending, 2);
    ASSERT_STORED(pier__store_be32, UINT32_C(0x8192A3B4), ascending, 4);
    ASSERT_STORED(pier__store_be64, UINT64_C(0x8192A3B4C5D6E7F8), ascending, 8);
    ASSERT_STORED(pier__store_le16, 0x8192, reversed + 6, 2);
    ASSERT_STORED(pier__store_le32, UINT32_C(0x8192A3B4), reversed + 4, 4);
    ASSERT_STORED(pier__store_le64, UINT64_C(0x8192A3B4C5D6E7F8), reversed, 8);
#undef ASSERT_STORED
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_take_the_bytes_in_order),
        cmocka_unit_test(stores_write_the_bytes_in_order_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
