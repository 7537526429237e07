/* What the programs of the room say to each other: one class of records. */
#ifndef ROOM_LINE_H
#define ROOM_LINE_H

#include <pier/pier.h>

#define ROOM_LINE(FIELD)                                                                                               \
    FIELD(1, text(32), from) /* the server fills it in */                                                              \
    FIELD(2, text(400), text)                                                                                          \
    FIELD(3, bool, again) /* the server may have passed it on before it was killed */
PIER_RECORD(room_line, "room.Line", ROOM_LINE)

#endif
