// SPDX-License-Identifier: GPL-2.0-only
/* The cursor in top's list of hosts, and the part of the list on the screen. */
#include "top/top_cursor.h"

/* The host at the cursor, or NULL. */
static const struct top_host *top_cursor_host(const struct top *top)
{
	if (!top->hosts || top->cursor >= top->hosts->chosen_count)
		return NULL;
	return &top->hosts->all[top->hosts->chosen[top->cursor]];
}

static bool top_cursor_is_at(const struct top *top, size_t at)
{
	const struct addr_prefix *target = &top->hosts->all[top->hosts->chosen[at]].entry.target;

	return target->length == top->selected.length &&
	       !addr_compare(&target->addr, &top->selected.addr);
}

void top_cursor_arrange(struct top *top)
{
	struct top_hosts *hosts = top->hosts;
	const struct top_host *host;
	size_t count;

	if (!hosts) {
		top->cursor = top->offset = 0;
		return;
	}
	top_order(hosts, top->sort, top->filter, top->offset + 2 * top->rows + 1);
	count = hosts->chosen_count;
	/* If the host moves within the screen, the cursor follows it. */
	for (size_t i = top->offset; top->follow && i < top->offset + top->rows; i++)
		if (i < hosts->sorted && top_cursor_is_at(top, i))
			top->cursor = i;
	if (top->cursor >= count)
		top->cursor = count ? count - 1 : 0;
	if (top->cursor < top->offset)
		top->offset = top->cursor;
	if (top->rows && top->cursor >= top->offset + top->rows)
		top->offset = top->cursor - top->rows + 1;
	if (hosts->sorted < count && hosts->sorted < top->offset + top->rows)
		top_order(hosts, top->sort, top->filter, top->offset + 2 * top->rows + 1);
	host = top_cursor_host(top);
	top->selected.length = 255;
	if (host)
		top->selected = host->entry.target;
}

void top_cursor_move(struct top *top, long by)
{
	long last = top->hosts && top->hosts->chosen_count ? top->hosts->chosen_count - 1 : 0;
	long to = (long)top->cursor + by;

	top->cursor = to < 0 ? 0 : to > last ? last : to;
	/* A cursor on the first line stays there, whichever host it is. */
	top->follow = top->cursor != 0;
	top->selected.length = 255;
	top_cursor_arrange(top);
}
