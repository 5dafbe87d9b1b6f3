# SPDX-License-Identifier: GPL-2.0-only
"""Draws how fast the filters drop."""
import shutil

from common import run
from filter import TITLES

PLOT = """set terminal svg size 1100,440 dynamic enhanced font 'sans-serif,13' background rgb 'white'
set output '{svg}'
set multiplot layout 1,{panels} margins screen 0.07,0.78,0.16,0.82 spacing screen 0.08 title 'A storm of SYNs from blocked hosts: packets dropped per second, beside a bare XDP\\_DROP' font ',15'
set style data histogram
set style histogram errorbars gap 1.5 lw 1
set style fill solid 0.85 border -1
set boxwidth 0.95
set yrange [0:1.1]
set ytics 0.2
set grid ytics lc rgb '#cccccc'
set ylabel 'share of a bare XDP\\_DROP'
set xlabel 'hosts blocked'
set key at screen 0.79,0.82 left top vertical Left reverse samplen 1.5 spacing 1.3 font ',12'
"""
COLOURS = {"ours": "#1b6ca8", "generic": "#7fb2dc", "xdp-filter": "#5aa469", "nftables": "#e08e45", "ipset": "#c25450", "none": "#999999"}


def plot(rows, folder):
    """Bars for the filters by number of hosts, and a panel for each IP version. A filter that could not be measured has no bar."""
    shares = {(r["family"], r["hosts"], r["filter"]): r for r in rows if r["share"] is not None}
    families = sorted({family for family, _, _ in shares})
    if not families or not shutil.which("gnuplot"):
        return None
    data, script = "", PLOT.format(svg=f"{folder}/filter.svg", panels=len(families))
    for family in families:
        hosts = sorted({h for f, h, _ in shares if f == family})
        names = [n for n in COLOURS if any((family, h, n) in shares for h in hosts)]
        data += f"$ipv{family} << EOD\n"
        for h in hosts:
            cells = [shares.get((family, h, n)) for n in names]
            data += f'"{h:,}" ' + " ".join(f"{c['share']:.4f} {c['share_least']:.4f} {c['share_most']:.4f}" if c else "- - -" for c in cells) + "\n"
        data += "EOD\n"
        bars = ", ".join(f"$ipv{family} using {2 + 3 * i}:{3 + 3 * i}:{4 + 3 * i} title '{TITLES[n].split(', netdev')[0]}' lc rgb '{COLOURS[n]}'" for i, n in enumerate(names))
        labels = ", ".join(f"'{h:,}' {i}" for i, h in enumerate(hosts))
        # One legend for all, by the panel that has all the bars.
        script += "unset key\n" if family != families[0] else ""
        script += f"set xrange [-0.6:{len(hosts) - 0.4}]\nset xtics ({labels}) scale 0\nset title 'IPv{family}{', a /64 a host' if family == 6 else ''}'\nplot {bars}\n"
    run("gnuplot", stdin=data + script + "unset multiplot\n")
    return f"{folder}/filter.svg"
