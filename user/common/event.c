// SPDX-License-Identifier: GPL-2.0-only
/* Events and verdicts: plain values without pointers that the parts of the program exchange. */
#include "common/event.h"

#include <errno.h>
#include <string.h>

static const char *const event_class_names[EVENT_CLASSES] = {
	[EVENT_VIRUS] = "virus",
	[EVENT_WORM] = "worm",
	[EVENT_SPAM] = "spam",
	[EVENT_UNKNOWN_USER] = "unknown-user",
	[EVENT_RELAY] = "relay",
	[EVENT_AUTH] = "auth",
	[EVENT_DNSBL] = "dnsbl",
	[EVENT_HELO] = "helo",
	[EVENT_RDNS] = "rdns",
	[EVENT_SENDER] = "sender",
	[EVENT_RATELIMIT] = "ratelimit",
	[EVENT_FLOOD] = "flood",
	[EVENT_PROTOCOL] = "protocol",
	[EVENT_TLS] = "tls",
	[EVENT_BACKSCATTER] = "backscatter",
	[EVENT_POLICY] = "policy",
	[EVENT_DISCONNECT] = "disconnect",
	[EVENT_ARRIVAL] = "arrival",
};

const char *event_class_name(enum event_class class)
{
	return event_class_names[class];
}

int event_class_parse(const char *name, enum event_class *out)
{
	for (int i = 0; i < EVENT_OFFENCES; i++) {
		if (!strcmp(event_class_names[i], name)) {
			*out = i;
			return 0;
		}
	}
	return -EINVAL;
}
