// SPDX-License-Identifier: GPL-2.0-only
/* Finds a class of offence of which suddenly everybody is accused: its scanner or list is broken.
 */
#include "judge/class_brake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

#define CLASS_BRAKE_MINUTE  (60 * INT64_C(1000))
#define CLASS_BRAKE_MINUTES 10
#define CLASS_BRAKE_OFF	    (60 * CLASS_BRAKE_MINUTE)

/* Senders are counted as bits of a bitmap: about exact up to some hundred in 10 minutes. */
#define CLASS_BRAKE_WORDS 32

_Static_assert(EVENT_CLASSES <= 32, "one bit for each class");

/* Senders as hosts and as networks. */
enum class_brake_kind {
	CLASS_BRAKE_HOSTS,
	CLASS_BRAKE_NETWORKS,
	CLASS_BRAKE_KINDS,
};

struct class_brake_minute {
	int64_t minute;
	uint64_t seen[CLASS_BRAKE_KINDS][CLASS_BRAKE_WORDS];
	uint64_t accused[CLASS_BRAKE_KINDS][EVENT_OFFENCES][CLASS_BRAKE_WORDS];
};

struct class_brake {
	struct class_brake_minute minutes[CLASS_BRAKE_MINUTES];
	int64_t off_until[EVENT_OFFENCES];
};

int class_brake_open(struct class_brake **out)
{
	struct class_brake *brake = calloc(1, sizeof(*brake));

	if (!brake)
		return -ENOMEM;
	*out = brake;
	return 0;
}

/* True if at least 3 of this kind, and half of those seen, committed the class. */
static bool class_brake_is_condemned(const struct class_brake *brake, enum class_brake_kind kind,
				     enum event_class class, int64_t minute)
{
	unsigned int seen = 0, accused = 0;

	for (int w = 0; w < CLASS_BRAKE_WORDS; w++) {
		uint64_t all = 0, of_class = 0;

		for (int m = 0; m < CLASS_BRAKE_MINUTES; m++) {
			const struct class_brake_minute *at = &brake->minutes[m];

			if (at->minute > minute - CLASS_BRAKE_MINUTES && at->minute <= minute) {
				all |= at->seen[kind][w];
				of_class |= at->accused[kind][class][w];
			}
		}
		seen += __builtin_popcountll(all);
		accused += __builtin_popcountll(of_class);
	}
	return accused >= CLASS_BRAKE_SENDERS && accused * 2 >= seen;
}

/* Notes a sender; the bit of its hash may be another's, too. */
static void class_brake_note(struct class_brake_minute *at, enum class_brake_kind kind,
			     const struct addr *sender, enum event_class class)
{
	const uint64_t hash = hash_bytes(sender, sizeof(*sender), 0) % (CLASS_BRAKE_WORDS * 64);

	at->seen[kind][hash / 64] |= UINT64_C(1) << hash % 64;
	if (class < EVENT_OFFENCES)
		at->accused[kind][class][hash / 64] |= UINT64_C(1) << hash % 64;
}

void class_brake_add(struct class_brake *brake, const struct addr *host, enum event_class class,
		     int64_t time)
{
	const int64_t minute = time / CLASS_BRAKE_MINUTE;
	struct class_brake_minute *at = &brake->minutes[minute % CLASS_BRAKE_MINUTES];
	struct addr network = *host;

	addr_mask(&network, addr_is_ipv4(host) ? 24 : 48);
	if (at->minute != minute) {
		memset(at, 0, sizeof(*at));
		at->minute = minute;
	}
	class_brake_note(at, CLASS_BRAKE_HOSTS, host, class);
	class_brake_note(at, CLASS_BRAKE_NETWORKS, &network, class);
	/* Of networks, so that its owner cannot; of hosts, so that those of large ones count. */
	if (class < EVENT_OFFENCES &&
	    class_brake_is_condemned(brake, CLASS_BRAKE_NETWORKS, class, minute) &&
	    class_brake_is_condemned(brake, CLASS_BRAKE_HOSTS, class, minute))
		brake->off_until[class] = time + CLASS_BRAKE_OFF;
}

bool class_brake_is_off(const struct class_brake *brake, enum event_class class, int64_t time)
{
	return class < EVENT_OFFENCES && time < brake->off_until[class] &&
	       time >= brake->off_until[class] - 2 * CLASS_BRAKE_OFF;
}

int64_t class_brake_off_until(const struct class_brake *brake, enum event_class class, int64_t time)
{
	return class_brake_is_off(brake, class, time) ? brake->off_until[class] : INT64_MIN;
}

uint32_t class_brake_off(const struct class_brake *brake, int64_t time)
{
	uint32_t off = 0;

	for (int class = 0; class < EVENT_OFFENCES; class ++)
		off |= (uint32_t)class_brake_is_off(brake, class, time) << class;
	return off;
}

void class_brake_reset(struct class_brake *brake)
{
	memset(brake, 0, sizeof(*brake));
}

void class_brake_close(struct class_brake *brake)
{
	free(brake);
}
