// SPDX-License-Identifier: GPL-2.0-only
/* Handles top's keys and the output of the commands that they run. */
#include <curses.h>
#include <string.h>

#include "top/top.h"

#define TOP_CTRL(letter) ((letter) % 32)
#define TOP_ESCAPE	 27

static const char top_help[] =
	"DISPLAY\n"
	"  The first lines say OK, or what is wrong and what to do.\n"
	"  SYNs dropped: those of blocked hosts. SYNs passed: all others, to protected\n"
	"  ports. Hosts listed as dry run and not dropped are marked \"(dry run)\".\n"
	"\n"
	"  DROPS/S  packets dropped per second since the last update\n"
	"  TOTAL    packets dropped since the host was blocked\n"
	"  SINCE    how long ago it was blocked        LEFT  time until it expires\n"
	"  LAST     how long ago a packet was last dropped\n"
	"\n"
	"KEYS\n"
	"  d t s u a     sort by drops per second, total, since, until, address\n"
	"  /             filter: part of an address or of a reason, or a\n"
	"                network such as 198.51.100.0/24; Esc shows all again\n"
	"  arrows, PgUp, PgDn, Home, End (j k g G)   move\n"
	"  e, Enter      explain: why is this host blocked?\n"
	"  x             unblock this host (asks first)\n"
	"  p             pause or continue\n"
	"  q             quit\n";

/* The host at the cursor, or NULL. */
static const struct top_host *top_selected(const struct top *top)
{
	if (!top->hosts || top->cursor >= top->hosts->chosen_count)
		return NULL;
	return &top->hosts->all[top->hosts->chosen[top->cursor]];
}

static bool top_is_selected(const struct top *top, size_t at)
{
	const struct addr_prefix *target = &top->hosts->all[top->hosts->chosen[at]].entry.target;

	return target->length == top->selected.length &&
	       !addr_compare(&target->addr, &top->selected.addr);
}

void top_arrange(struct top *top)
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
		if (i < hosts->sorted && top_is_selected(top, i))
			top->cursor = i;
	if (top->cursor >= count)
		top->cursor = count ? count - 1 : 0;
	if (top->cursor < top->offset)
		top->offset = top->cursor;
	if (top->rows && top->cursor >= top->offset + top->rows)
		top->offset = top->cursor - top->rows + 1;
	if (hosts->sorted < count && hosts->sorted < top->offset + top->rows)
		top_order(hosts, top->sort, top->filter, top->offset + 2 * top->rows + 1);
	host = top_selected(top);
	top->selected.length = 255;
	if (host)
		top->selected = host->entry.target;
}

static void top_move(struct top *top, long by)
{
	long last = top->hosts && top->hosts->chosen_count ? top->hosts->chosen_count - 1 : 0;
	long to = (long)top->cursor + by;

	top->cursor = to < 0 ? 0 : to > last ? last : to;
	/* A cursor on the first line stays there, whichever host it is. */
	top->follow = top->cursor != 0;
	top->selected.length = 255;
	top_arrange(top);
}

static void top_sort_by(struct top *top, enum top_sort sort)
{
	top->sort = sort;
	top_arrange(top);
}

static void top_read_text(struct top *top, const char *text)
{
	top->text = text;
	top->text_offset = 0;
	top->mode = TOP_TEXT;
}

static void top_run_command(struct top *top, const char *command, const struct addr_prefix *target)
{
	char address[ADDR_TEXT_SIZE];
	int err;

	addr_prefix_format(target, address);
	snprintf(top->title, sizeof(top->title), "%s %s", command, address);
	err = top_child_start(&top->child, command, address, top->pins);
	if (err)
		top_say(top, "cannot run sobig-xdp %s: %s", top->title, strerror(-err));
}

static void top_explain(struct top *top)
{
	/* The selected host may move: it is remembered by its address. */
	if (top->selected.length == 255)
		return;
	top->explaining = true;
	top_run_command(top, "explain", &top->selected);
	if (top->child.fd >= 0)
		top_read_text(top, NULL);
}

void top_child_said(struct top *top)
{
	char *line = top->child.text, *end;

	if (top_child_read(&top->child) || top->explaining)
		return;
	/* One line of it is enough, the last. */
	while (top->child.length && line[top->child.length - 1] == '\n')
		line[--top->child.length] = '\0';
	end = strrchr(line, '\n');
	if (!strncmp(line, "sobig-xdp: ", 11))
		line += 11;
	top_say(top, "%s", end ? end + 1 : line);
	top_child_end(&top->child);
	top_worker_ask(top->worker);
}

static void top_key_in_filter(struct top *top, int key)
{
	size_t length = strlen(top->filter);

	switch (key) {
	case TOP_ESCAPE:
		strcpy(top->filter, top->filter_before);
		top->mode = TOP_LIST;
		break;
	case '\r':
	case '\n':
	case KEY_ENTER:
		top->mode = TOP_LIST;
		break;
	case KEY_BACKSPACE:
	case 127:
	case TOP_CTRL('h'):
		if (length)
			top->filter[length - 1] = '\0';
		break;
	case TOP_CTRL('u'):
		top->filter[0] = '\0';
		break;
	default:
		if (key >= ' ' && key < 127 && length + 1 < sizeof(top->filter)) {
			top->filter[length] = key;
			top->filter[length + 1] = '\0';
		}
	}
	top->cursor = top->offset = 0;
	top->follow = false;
	top_arrange(top);
}

static void top_key_in_confirm(struct top *top, int key)
{
	top->mode = TOP_LIST;
	if (key == 'y' || key == 'Y') {
		top->explaining = false;
		top_run_command(top, "unblock", &top->asked);
	} else {
		top_say(top, "nothing was unblocked");
	}
}

static void top_key_in_text(struct top *top, int key)
{
	size_t page = top->rows > 1 ? top->rows - 1 : 1;

	switch (key) {
	case KEY_UP:
	case 'k':
		top->text_offset -= top->text_offset > 0;
		break;
	case KEY_DOWN:
	case 'j':
		top->text_offset++;
		break;
	case KEY_PPAGE:
		top->text_offset -= page < top->text_offset ? page : top->text_offset;
		break;
	case KEY_NPAGE:
	case ' ':
		top->text_offset += page;
		break;
	case KEY_HOME:
	case 'g':
		top->text_offset = 0;
		break;
	case 'q':
	case TOP_ESCAPE:
	case '?':
	case 'e':
	case '\r':
	case '\n':
	case KEY_ENTER:
		if (!top->text)
			top_child_end(&top->child);
		top->mode = TOP_LIST;
		break;
	}
}

static bool top_key_moves(struct top *top, int key)
{
	long page = top->rows > 1 ? top->rows - 1 : 1;

	switch (key) {
	case KEY_UP:
	case 'k':
		top_move(top, -1);
		return true;
	case KEY_DOWN:
	case 'j':
		top_move(top, 1);
		return true;
	case KEY_PPAGE:
		top_move(top, -page);
		return true;
	case KEY_NPAGE:
	case ' ':
		top_move(top, page);
		return true;
	case KEY_HOME:
	case 'g':
		top_move(top, -(long)top->cursor);
		return true;
	case KEY_END:
	case 'G':
		top_move(top, top->hosts ? top->hosts->count : 0);
		return true;
	default:
		return false;
	}
}

static bool top_key_sorts(struct top *top, int key)
{
	static const char keys[] = {
		[TOP_SORT_RATE] = 'd',	[TOP_SORT_TOTAL] = 't',	  [TOP_SORT_SINCE] = 's',
		[TOP_SORT_UNTIL] = 'u', [TOP_SORT_ADDRESS] = 'a',
	};

	for (size_t sort = 0; sort < sizeof(keys); sort++)
		if (key == keys[sort]) {
			top_sort_by(top, sort);
			return true;
		}
	return false;
}

static void top_key_in_list(struct top *top, int key)
{
	if (top_key_moves(top, key) || top_key_sorts(top, key))
		return;
	switch (key) {
	case 'q':
		top->over = true;
		break;
	case '/':
		strcpy(top->filter_before, top->filter);
		top->mode = TOP_FILTER;
		break;
	case TOP_ESCAPE:
		top->filter[0] = '\0';
		top_arrange(top);
		break;
	case 'e':
	case '\r':
	case '\n':
	case KEY_ENTER:
		top_explain(top);
		break;
	case 'x':
		if (top->selected.length == 255)
			break;
		top->asked = top->selected;
		top->mode = TOP_CONFIRM;
		break;
	case 'p':
		top->paused = !top->paused;
		break;
	case '?':
	case 'h':
	case KEY_F(1):
		snprintf(top->title, sizeof(top->title), "help");
		top_read_text(top, top_help);
		break;
	}
}

void top_key(struct top *top, int key)
{
	top->message[0] = '\0';
	if (key == TOP_CTRL('l')) {
		clearok(curscr, TRUE);
		return;
	}
	switch (top->mode) {
	case TOP_LIST:
		top_key_in_list(top, key);
		break;
	case TOP_FILTER:
		top_key_in_filter(top, key);
		break;
	case TOP_CONFIRM:
		top_key_in_confirm(top, key);
		break;
	case TOP_TEXT:
		top_key_in_text(top, key);
		break;
	}
}
