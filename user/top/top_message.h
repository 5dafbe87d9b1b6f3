/* SPDX-License-Identifier: GPL-2.0-only */
/* A message in the last line of top's screen, for a few seconds. */
#ifndef TOP_MESSAGE_H
#define TOP_MESSAGE_H

#include "top/top_types.h"

/* Shows a message for a few seconds. */
void top_message_show(struct top *top, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* True while there is one to be drawn. */
bool top_message_is_shown(const struct top *top);

#endif
