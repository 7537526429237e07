/* Classes whose records reach beyond themselves, described by hand as the schema compiler does it: shared references,
 * values of any class, and both in one another.
 *
 * No part of cmocka is needed here, so that fuzzers use it, too. */
#ifndef PIER_TESTS_GRAPH_SUPPORT_H
#define PIER_TESTS_GRAPH_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/graph.h>
#include <pier/record.h>
#include <pier/registry.h>

/* g.Style: a name, and the style that it is based on. */
typedef struct g_style {
    char name[16];
    struct g_style *base;
} g_style;

typedef struct g_node g_node;

/* g.Link: a record that lies within others and refers to a node. */
typedef struct g_link {
    uint32_t weight;
    g_node *to;
} g_link;

/* g.Node: everything that a node of a graph may have. */
struct g_node {
    uint32_t id;
    g_node *next;
    g_style *style;
    g_link link;
    uint32_t kids_count;
    g_node **kids;
    pier_any extra; /* a value of its own */
    pier_any other; /* a shared reference to an object of any class */
    uint32_t links_count;
    g_link *links;
};

/* g.Note: of no other class's closure; only values of kind any are notes. */
typedef struct g_note {
    uint32_t number;
    g_node *about;
} g_note;

/* g.Count: refers to nothing. */
typedef struct g_count {
    uint32_t number;
} g_count;

/* g.Box: no graph itself, and holds two values of any class. */
typedef struct g_box {
    pier_any first;
    pier_any second;
    uint32_t more_count;
    pier_any *more;
} g_box;

extern const pier_class g_style_class;
extern const pier_class g_node_class;
extern const pier_class g_note_class;
extern const pier_class g_count_class;
extern const pier_class g_box_class;

/* A graph of many sorts of things: nodes that point to all sides, styles, notes and counts. */
enum { TEST_NODES = 40, TEST_STYLES = 5, TEST_NOTES = 7 };

typedef struct test_tangle {
    g_node nodes[TEST_NODES];
    g_style styles[TEST_STYLES];
    g_note notes[TEST_NOTES];
    g_count counts[3];
    g_node *kids[TEST_NODES][3];
    g_link links[TEST_NODES][2];
} test_tangle;

/* Fills a tangle whose root is its first node, different for each seed. */
void test_make_tangle(test_tangle *t, uint64_t seed);

#endif
