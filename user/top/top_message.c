// SPDX-License-Identifier: GPL-2.0-only
/* A message in the last line of top's screen, for a few seconds. */
#include "top/top_message.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/clock.h"

#define TOP_MESSAGE_SECONDS 6

void top_message_show(struct top *top, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(top->message, sizeof(top->message), format, args);
	va_end(args);
	top->message_until = clock_precise() + TOP_MESSAGE_SECONDS;
}

bool top_message_is_shown(const struct top *top)
{
	return top->message[0] && clock_precise() < top->message_until;
}
