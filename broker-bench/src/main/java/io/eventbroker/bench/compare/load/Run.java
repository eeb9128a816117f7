package io.eventbroker.bench.compare.load;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.eventbroker.bench.lab.Interval;
import io.eventbroker.bench.lab.Window;
import java.util.List;
import java.util.Map;

/**
 * What came of one measurement in one JVM.
 *
 * @param rates messages published per second and delivered to every subscriber, in each window that counts; none if the
 *     run was not exact
 * @param bytesPerMessage what all threads of the JVM allocated while it was measured, divided by the messages published
 * @param lost how many deliveries are missing, by the subscribers' counts
 * @param reordered how many deliveries came after a later event of the same stream, or twice
 * @param changed how many subscribers got everything in order, but with values that do not add up
 * @param dropped how many events the contender itself says that it dropped
 * @param published how many events were published, warm-up included
 * @param warmUps how many windows went by before the rate was steady, or patience at its end
 * @param windows all that were measured after that, those included that do not count
 * @param checksum the values of all events delivered, added up
 * @param settings of the contender and of the load
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Run(
        List<Double> rates,
        double bytesPerMessage,
        long lost,
        long reordered,
        long changed,
        long dropped,
        long published,
        int warmUps,
        List<Window<Double>> windows,
        long checksum,
        Map<String, Object> settings) {
    /** Whether everything came, in order, so that there is a rate. */
    public boolean hasRate() {
        return !rates.isEmpty();
    }

    /** Whether so few windows were quiet that others count, too. */
    @JsonIgnore
    public boolean isDisturbed() {
        return Window.quiet(windows) < rates.size();
    }

    /** The same with other settings. */
    public Run withSettings(Map<String, Object> others) {
        return new Run(
                rates,
                bytesPerMessage,
                lost,
                reordered,
                changed,
                dropped,
                published,
                warmUps,
                windows,
                checksum,
                others);
    }

    /** The median window, in messages per second. */
    public double messagesPerSecond() {
        return Interval.median(rates);
    }
}
