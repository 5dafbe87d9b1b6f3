// SPDX-License-Identifier: GPL-2.0-only
/* The plain values that flow from read to judge to act; they hold no pointer to what made them. */
#include "event.h"

static const char *const event_class_names[EVENT_CLASSES] = {
	[EVENT_VIRUS] = "virus",
	[EVENT_WORM] = "worm",
	[EVENT_SPAM] = "spam",
	[EVENT_UNKNOWN_USER] = "unknown-user",
	[EVENT_RELAY] = "relay",
	[EVENT_DNSBL] = "dnsbl",
	[EVENT_SENDER] = "sender",
	[EVENT_RATELIMIT] = "ratelimit",
	[EVENT_BACKSCATTER] = "backscatter",
	[EVENT_POLICY] = "policy",
};

const char *event_class_name(enum event_class class)
{
	return event_class_names[class];
}
