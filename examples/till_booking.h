/* What the programs of the till say to each other: one class of records. */
#ifndef TILL_BOOKING_H
#define TILL_BOOKING_H

#include <pier/pier.h>

#define TILL_BOOKING(FIELD)                                                                                            \
    FIELD(1, text(32), account)                                                                                        \
    FIELD(2, i64, cents)
PIER_RECORD(till_booking, "till.Booking", TILL_BOOKING)

#endif
