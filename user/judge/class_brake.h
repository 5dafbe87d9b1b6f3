/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds a class of offence of which suddenly everybody is accused: its scanner or list is broken.
 */
#ifndef CLASS_BRAKE_H
#define CLASS_BRAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/event.h"

/*
 * Looks at known senders that were clean (no offence today and yesterday). If at least 3 of them,
 * and half of those that were seen at all, commit a class within 10 minutes, that class does not
 * count for an hour. The same must hold if those of one IPv4 /24 or IPv6 /48 count as one: its
 * owner must not be able to switch a class off. A real storm does not do this: it comes from
 * strangers, and from a few of the known senders. Times are milliseconds since 1970.
 */
struct class_brake;

#define CLASS_BRAKE_SENDERS 3

/* 0 or -ENOMEM. The caller closes *out. */
int class_brake_open(struct class_brake **out);

/* Adds what a known sender did that was clean before: an offence, or EVENT_ARRIVAL. */
void class_brake_add(struct class_brake *brake, const struct addr *host, enum event_class class,
		     int64_t time);

/* True if the class does not count at `time`. */
bool class_brake_is_off(const struct class_brake *brake, enum event_class class, int64_t time);

/* When the class counts again, in milliseconds; it may end later. INT64_MIN: it counts at `time`.
 */
int64_t class_brake_off_until(const struct class_brake *brake, enum event_class class,
			      int64_t time);

/* The classes that do not count at `time`, as bits. */
uint32_t class_brake_off(const struct class_brake *brake, int64_t time);

/* All classes count again, and what was seen is forgotten. */
void class_brake_reset(struct class_brake *brake);

/* Accepts NULL. */
void class_brake_close(struct class_brake *brake);

#endif
