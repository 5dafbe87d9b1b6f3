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

struct class_brake_minute {
	int64_t minute;
	uint64_t seen[CLASS_BRAKE_WORDS];
	uint64_t accused[EVENT_OFFENCES][CLASS_BRAKE_WORDS];
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

static void class_brake_judge(struct class_brake *brake, enum event_class class, int64_t minute,
			      int64_t time)
{
	unsigned int seen = 0, accused = 0;

	for (int w = 0; w < CLASS_BRAKE_WORDS; w++) {
		uint64_t all = 0, of_class = 0;

		for (int m = 0; m < CLASS_BRAKE_MINUTES; m++) {
			const struct class_brake_minute *at = &brake->minutes[m];

			if (at->minute > minute - CLASS_BRAKE_MINUTES && at->minute <= minute) {
				all |= at->seen[w];
				of_class |= at->accused[class][w];
			}
		}
		seen += __builtin_popcountll(all);
		accused += __builtin_popcountll(of_class);
	}
	if (accused >= CLASS_BRAKE_SENDERS && accused * 2 >= seen)
		brake->off_until[class] = time + CLASS_BRAKE_OFF;
}

void class_brake_add(struct class_brake *brake, const struct addr *host, enum event_class class,
		     int64_t time)
{
	const int64_t minute = time / CLASS_BRAKE_MINUTE;
	struct class_brake_minute *at = &brake->minutes[minute % CLASS_BRAKE_MINUTES];
	struct addr network = *host;
	uint64_t hash;

	addr_mask(&network, addr_is_ipv4(host) ? 24 : 48);
	hash = hash_bytes(&network, sizeof(network), 0) % (CLASS_BRAKE_WORDS * 64);
	if (at->minute != minute) {
		memset(at, 0, sizeof(*at));
		at->minute = minute;
	}
	at->seen[hash / 64] |= UINT64_C(1) << hash % 64;
	if (class == EVENT_ARRIVAL)
		return;
	at->accused[class][hash / 64] |= UINT64_C(1) << hash % 64;
	class_brake_judge(brake, class, minute, time);
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
