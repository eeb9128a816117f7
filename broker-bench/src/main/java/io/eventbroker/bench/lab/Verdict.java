package io.eventbroker.bench.lab;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a target is met in one of its parts: a scenario, a rate, a setting. It is met only if the bound on the
 * unfavourable side of the {@linkplain Interval median's interval} meets it, never by the median alone.
 *
 * @param target what was to be reached
 * @param part where, such as {@code 2x4, against RxJava}; empty if the target has but one part
 * @param values a measurement for each round: for ratios, of two runs of the same round
 * @param why why it is missed whatever the values; null if they decide
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Verdict(
        Target target,
        String part,
        List<Double> values,
        @Nullable String why) {
    /** Of fewer no bound of a median is good enough for a verdict. */
    public static final int FEWEST_ROUNDS = 7;

    static final String NOT_MEASURED = "not measured";

    /**
     * What a measurement of each round comes to; without measurements, or with too few, it is missed.
     *
     * @param failures how many runs of the broker failed or were not exact: with a single one it is missed, too
     */
    public static Verdict of(Target target, String part, List<Double> values, long failures) {
        return new Verdict(target, part, List.copyOf(values), lack(values.size(), failures));
    }

    private static @Nullable String lack(int count, long failures) {
        if (failures > 0) {
            return "a run of the broker failed or was not exact";
        }
        if (count == 0) {
            return "no measurement";
        }
        return count < FEWEST_ROUNDS ? "fewer than " + FEWEST_ROUNDS + " rounds" : null;
    }

    /** A part of a target that this run had nothing on, such as a scenario left out. */
    public static Verdict notMeasured(Target target, String part) {
        return new Verdict(target, part, List.of(), NOT_MEASURED);
    }

    /** Whether the target is met here. */
    @JsonProperty("met")
    public boolean met() {
        return why == null && target.isMetBy(Interval.ofMedian(values));
    }

    /** The measurements' median and bounds; null if there are none. */
    @JsonProperty("interval")
    public @Nullable Interval interval() {
        return values.isEmpty() ? null : Interval.ofMedian(values);
    }

    /** The median with its bounds, or why there is none. */
    String measured() {
        Interval interval = interval();
        if (interval == null) {
            return "–";
        }
        Double low = interval.low();
        Double high = interval.high();
        return target.show(interval.median())
                + (low == null || high == null ? "" : " (" + target.show(low) + " to " + target.show(high) + ")");
    }
}
