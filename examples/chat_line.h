/* What the programs of the chat say to each other: one class of records. */
#ifndef CHAT_LINE_H
#define CHAT_LINE_H

#include <pier/pier.h>

/* [guide: chat-line] */
#define CHAT_LINE(FIELD)                                                                                               \
    FIELD(1, text(32), from)                                                                                           \
    FIELD(2, text(400), text)                                                                                          \
    FIELD(3, time, at)
PIER_RECORD(chat_line, "chat.Line", CHAT_LINE)
/* [end] */

#endif
