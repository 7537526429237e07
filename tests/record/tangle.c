/* A graph of many sorts of things; see graph_support.h. */
#include "record/graph_support.h"

#include <string.h>

#include "support/random.h"

void test_make_tangle(test_tangle *t, uint64_t seed) {
    memset(t, 0, sizeof *t);
    for (int i = 0; i < TEST_STYLES; i++) {
        t->styles[i].name[0] = (char)('a' + i);
        t->styles[i].base = test_random(&seed) % 2 == 0 ? &t->styles[test_random(&seed) % TEST_STYLES] : NULL;
    }
    for (uint32_t i = 0; i < TEST_NOTES; i++) {
        t->notes[i] = (g_note){i, &t->nodes[test_random(&seed) % TEST_NODES]};
    }
    for (uint32_t i = 0; i < TEST_NODES; i++) {
        g_node *node = &t->nodes[i];
        node->id = i;
        node->next = i + 1 < TEST_NODES ? &t->nodes[i + 1] : &t->nodes[test_random(&seed) % TEST_NODES];
        node->style = test_random(&seed) % 3 != 0 ? &t->styles[test_random(&seed) % TEST_STYLES] : NULL;
        node->link = (g_link){i, &t->nodes[test_random(&seed) % TEST_NODES]};
        node->kids_count = (uint32_t)(test_random(&seed) % 4);
        node->kids = t->kids[i];
        for (uint32_t j = 0; j < node->kids_count; j++) {
            t->kids[i][j] = test_random(&seed) % 4 != 0 ? &t->nodes[test_random(&seed) % TEST_NODES] : NULL;
        }
        node->links_count = (uint32_t)(test_random(&seed) % 3);
        node->links = t->links[i];
        for (uint32_t j = 0; j < node->links_count; j++) {
            t->links[i][j] = (g_link){j, &t->nodes[test_random(&seed) % TEST_NODES]};
        }
        switch (test_random(&seed) % 4) {
        case 0:
            node->other = (pier_any){.type = &g_note_class, .record = &t->notes[test_random(&seed) % TEST_NOTES]};
            break;
        case 1:
            node->other = (pier_any){.type = &g_node_class, .record = &t->nodes[test_random(&seed) % TEST_NODES]};
            break;
        case 2:
            node->other = (pier_any){.type = &g_count_class, .record = &t->counts[test_random(&seed) % 3]};
            break;
        default:
            break;
        }
        if (test_random(&seed) % 4 == 0) {
            node->extra = (pier_any){.type = &g_note_class, .record = &t->notes[test_random(&seed) % TEST_NOTES]};
        }
    }
}
