// SPDX-License-Identifier: GPL-2.0-only
/*
 * A local_scan() as content scanners are built into exim (sa-exim and others): the message says
 * what becomes of it. Debian's exim loads it (local_scan_path).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* src/local_scan.h */
#define LOCAL_SCAN_ACCEPT     0
#define LOCAL_SCAN_REJECT     3
#define LOCAL_SCAN_TEMPREJECT 5

#ifndef LOCAL_SCAN_MAJOR
#define LOCAL_SCAN_MAJOR 6 /* of exim 4.96 to 4.99 */
#endif

int local_scan_version_major(void);
int local_scan_version_minor(void);
int local_scan(int fd, unsigned char **return_text);

extern const unsigned char *sender_address; /* exim's */

int local_scan_version_major(void)
{
	return LOCAL_SCAN_MAJOR;
}

int local_scan_version_minor(void)
{
	return 0;
}

/* `fd` is at the beginning of the body. */
int local_scan(int fd, unsigned char **return_text)
{
	static const struct {
		const char *body, *text;
		int result;
	} known[] = {
		{ "SCAN spam", "Rejected: hits=7.5 required=5.0 trigger=5.0", LOCAL_SCAN_REJECT },
		{ "SCAN virus", "This message contains a virus (W32/Sobig.f@MM)",
		  LOCAL_SCAN_REJECT },
		{ "SCAN policy", "I know better", LOCAL_SCAN_REJECT },
		{ "SCAN later", "Please try again later", LOCAL_SCAN_TEMPREJECT },
		{ "SCAN rate", "Sending rate limit exceeded", LOCAL_SCAN_TEMPREJECT },
		{ "SCAN quote", NULL, LOCAL_SCAN_REJECT },
	};
	static char text[256];
	char body[512];
	ssize_t got = read(fd, body, sizeof(body) - 1);

	body[got > 0 ? got : 0] = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strncmp(body, known[i].body, strlen(known[i].body)) != 0)
			continue;
		if (known[i].text)
			snprintf(text, sizeof(text), "%s", known[i].text);
		else
			snprintf(text, sizeof(text), "mail of %s is not welcome", sender_address);
		*return_text = (unsigned char *)text;
		return known[i].result;
	}
	return LOCAL_SCAN_ACCEPT;
}
