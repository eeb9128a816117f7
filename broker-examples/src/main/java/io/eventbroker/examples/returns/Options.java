package io.eventbroker.examples.returns;

import io.eventbroker.Overflow;
import io.eventbroker.SubscriptionBuilder;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What can be said after an option of the command line, beyond numbers and paths. */
final class Options {
    private Options() {}

    /** What is said of one department, or of each. */
    record Said<V>(@Nullable DepartmentName department, V value) {
        /** {@code VALUE}, or {@code DEPARTMENT=VALUE}. */
        static <V> Said<V> parse(String text, Function<String, V> value) {
            int equals = text.indexOf('=');
            return equals < 0
                    ? new Said<>(null, value.apply(text))
                    : new Said<>(
                            Options.department(text.substring(0, equals)), value.apply(text.substring(equals + 1)));
        }

        /** What was said of a department wins over what was said of each, and what was said later wins. */
        static <V> Map<DepartmentName, V> perDepartment(List<Said<V>> all) {
            Map<DepartmentName, V> values = new EnumMap<>(DepartmentName.class);
            for (Said<V> said : all) {
                if (said.department() == null) {
                    Arrays.stream(DepartmentName.values()).forEach(name -> values.put(name, said.value()));
                }
            }
            for (Said<V> said : all) {
                if (said.department() != null) {
                    values.put(said.department(), said.value());
                }
            }
            return values;
        }
    }

    /** {@code drop_newest}, or {@code warehouse=DROP_OLDEST}. */
    static final class OverflowConverter implements ITypeConverter<Said<Overflow>> {
        @Override
        public Said<Overflow> convert(String text) {
            return Said.parse(text, OverflowConverter::policy);
        }

        private static Overflow policy(String text) {
            return Arrays.stream(Overflow.values())
                    .filter(policy -> policy.name().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + text + "' is not one of " + Arrays.toString(Overflow.values())));
        }
    }

    /** {@code 1000}, or {@code warehouse=10}. */
    static final class CapacityConverter implements ITypeConverter<Said<Integer>> {
        @Override
        public Said<Integer> convert(String text) {
            return Said.parse(text, CapacityConverter::events);
        }

        private static int events(String text) {
            try {
                int events = Integer.parseInt(text);
                if (events >= 1 && events <= SubscriptionBuilder.MAX_CAPACITY) {
                    return events;
                }
            } catch (NumberFormatException e) {
                // the same mistake as a number out of range
            }
            throw new TypeConversionException(
                    "'" + text + "' is not a number from 1 to " + SubscriptionBuilder.MAX_CAPACITY);
        }
    }

    /** {@code warehouse}, in any case. */
    static final class DepartmentConverter implements ITypeConverter<DepartmentName> {
        @Override
        public DepartmentName convert(String text) {
            return department(text);
        }
    }

    private static DepartmentName department(String text) {
        return Arrays.stream(DepartmentName.values())
                .filter(name -> name.toString().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException(
                        "'" + text + "' is not one of " + Arrays.toString(DepartmentName.values())));
    }

    /** {@code 50ms}, {@code 2s}, {@code 1h30m}, or as in ISO 8601: {@code PT0.05S}. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        private static final Duration LONGEST = Duration.ofDays(1);

        @Override
        public Duration convert(String text) {
            try {
                Duration duration = parse(text);
                if (!duration.isNegative() && duration.compareTo(LONGEST) <= 0) {
                    return duration;
                }
            } catch (DateTimeParseException | NumberFormatException e) {
                // the same mistake as a duration out of range
            }
            throw new TypeConversionException(
                    "'" + text + "' is not a duration of at most a day, such as 50ms, 2s or PT0.05S");
        }

        private static Duration parse(String text) {
            if (text.endsWith("ms")) {
                return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
            }
            return Duration.parse(text.startsWith("P") ? text : "PT" + text);
        }
    }
}
