/* SPDX-License-Identifier: GPL-2.0-only */
/* The sections [standing] and [brake] of the configuration: how good senders are protected. */
#ifndef CONFIG_STANDING_H
#define CONFIG_STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_standing {
	uint32_t brake;	   /* known senders newly blocked in an hour; 0: off */
	uint32_t learn;	   /* days of log that standing needs */
	bool disabled;	   /* all hosts are judged as strangers */
	bool former_brake; /* [brake] has the key of version 0.1, which has no effect */
};

/*
 * Applies "key = value" of [standing], or of [brake]. Returns 0, or -EINVAL with the error's text
 * in `why`, a buffer of `size` bytes, and *standing unchanged.
 */
int config_standing_take(struct config_standing *standing, const char *key, const char *value,
			 char *why, size_t size);
int config_standing_take_brake(struct config_standing *standing, const char *key, const char *value,
			       char *why, size_t size);

#endif
