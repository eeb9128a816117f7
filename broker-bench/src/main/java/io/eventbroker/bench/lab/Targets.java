package io.eventbroker.bench.lab;

import java.util.ArrayList;
import java.util.List;

/** The table of all targets: what was not measured says so. */
public final class Targets {
    private static final List<String> COLUMNS =
            List.of("target", "wanted", "where", "median (95 % bounds)", "rounds", "verdict");

    private Targets() {}

    /**
     * The table.
     *
     * @param verdicts of one run or of several, in any order
     */
    public static Section table(List<Verdict> verdicts) {
        List<List<String>> rows = new ArrayList<>();
        for (Target target : Target.values()) {
            List<Verdict> own = verdicts.stream()
                    .filter(verdict -> verdict.target() == target)
                    .toList();
            if (own.isEmpty()) {
                rows.add(List.of(
                        target.text(), target.wanted(), "", "", "", "not measured (" + target.commands() + ")"));
            }
            for (Verdict verdict : own) {
                rows.add(List.of(
                        target.text(),
                        target.wanted(),
                        verdict.part(),
                        verdict.measured(),
                        Integer.toString(verdict.values().size()),
                        verdict(verdict)));
            }
        }
        return Section.of("Targets", COLUMNS, rows)
                .note(
                        "Met only if the bound on the unfavourable side meets it: each bound by itself holds with 95 % for"
                                + " the median of what a round measures. Ratios are of two runs of the same round.");
    }

    private static String verdict(Verdict verdict) {
        if (verdict.met()) {
            return "met";
        }
        String why = verdict.why();
        if (why != null) {
            return why.equals(Verdict.NOT_MEASURED) ? why : "missed: " + why;
        }
        return "missed";
    }
}
