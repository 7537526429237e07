/* Classes whose records reach beyond themselves; see graph_support.h. */
#include "record/graph_support.h"

#include <string.h>

#define NAMED(text) .name = (text), .name_bytes = sizeof(text) - 1
#define NUMBER_FIELD(number_, text, type, member)                                                                      \
    { NAMED(text), .number = (number_), .kind = PIER_FIELD_U32, .offset = offsetof(type, member) }
#define SHARED_FIELD(number_, text, owner, member, class_)                                                             \
    {                                                                                                                  \
        NAMED(text), .number = (number_), .kind = PIER_FIELD_RECORD,                                                   \
                     .flags = PIER_FIELD_SHARED | PIER_FIELD_POINTER | PIER_FIELD_PRESENCE,                            \
                     .offset = offsetof(owner, member), .type = &(class_)                                              \
    }
#define LIST_FIELD(number_, text, kind_, flags_, owner, member, class_)                                                \
    {                                                                                                                  \
        NAMED(text), .number = (number_), .kind = (kind_), .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST | (flags_),  \
                     .count_max = UINT32_MAX, .element_bytes = sizeof *((owner *)NULL)->member,                        \
                     .count_offset = offsetof(owner, member##_count), .offset = offsetof(owner, member),               \
                     .type = (class_)                                                                                  \
    }
#define ANY_FIELD(number_, text, flags_, owner, member)                                                                \
    { NAMED(text), .number = (number_), .kind = PIER_FIELD_ANY, .flags = (flags_), .offset = offsetof(owner, member) }
#define CLASS(symbol, text, flags_, owner)                                                                             \
    static const pier_field *symbol##_table(const pier_class *self) {                                                  \
        (void)self;                                                                                                    \
        return symbol##_fields;                                                                                        \
    }                                                                                                                  \
    const pier_class symbol##_class = {.size = sizeof(pier_class),                                                     \
                                       .name = (text),                                                                 \
                                       .flags = PIER_CLASS_UNBOUNDED | (flags_),                                       \
                                       .field_count = sizeof symbol##_fields / sizeof symbol##_fields[0],              \
                                       .record_bytes = sizeof(owner),                                                  \
                                       .fields = symbol##_table}

static const pier_field g_style_fields[] = {
    {NAMED("name"), .number = 1, .kind = PIER_FIELD_TEXT, .capacity = 16, .offset = offsetof(g_style, name)},
    SHARED_FIELD(2, "base", g_style, base, g_style_class),
};
CLASS(g_style, "g.Style", PIER_CLASS_GRAPH, g_style);

static const pier_field g_link_fields[] = {
    NUMBER_FIELD(1, "weight", g_link, weight),
    SHARED_FIELD(2, "to", g_link, to, g_node_class),
};
extern const pier_class g_link_class;
CLASS(g_link, "g.Link", PIER_CLASS_GRAPH | PIER_CLASS_ANY, g_link);

static const pier_field g_node_fields[] = {
    NUMBER_FIELD(1, "id", g_node, id),
    SHARED_FIELD(2, "next", g_node, next, g_node_class),
    SHARED_FIELD(3, "style", g_node, style, g_style_class),
    {NAMED("link"), .number = 4, .kind = PIER_FIELD_RECORD, .offset = offsetof(g_node, link), .type = &g_link_class},
    LIST_FIELD(5, "kids", PIER_FIELD_RECORD, PIER_FIELD_SHARED, g_node, kids, &g_node_class),
    ANY_FIELD(6, "extra", 0, g_node, extra),
    ANY_FIELD(7, "other", PIER_FIELD_SHARED, g_node, other),
    LIST_FIELD(8, "links", PIER_FIELD_RECORD, 0, g_node, links, &g_link_class),
};
CLASS(g_node, "g.Node", PIER_CLASS_GRAPH | PIER_CLASS_ANY, g_node);

static const pier_field g_note_fields[] = {
    NUMBER_FIELD(1, "number", g_note, number),
    SHARED_FIELD(2, "about", g_note, about, g_node_class),
};
CLASS(g_note, "g.Note", PIER_CLASS_GRAPH | PIER_CLASS_ANY, g_note);

static const pier_field g_count_fields[] = {NUMBER_FIELD(1, "number", g_count, number)};
CLASS(g_count, "g.Count", 0, g_count);

static const pier_field g_box_fields[] = {
    ANY_FIELD(1, "first", 0, g_box, first),
    ANY_FIELD(2, "second", 0, g_box, second),
    LIST_FIELD(3, "more", PIER_FIELD_ANY, 0, g_box, more, NULL),
};
CLASS(g_box, "g.Box", PIER_CLASS_ANY, g_box);
