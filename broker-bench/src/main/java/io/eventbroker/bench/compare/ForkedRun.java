package io.eventbroker.bench.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** The main class of a forked JVM: measures, and prints the run as one line of JSON. */
final class ForkedRun {
    private ForkedRun() {}

    /** The arguments that {@link #main} understands. */
    static List<String> arguments(Entry entry, Scenario scenario, Plan plan) {
        return List.of(
                entry.toString(),
                scenario.toString(),
                Integer.toString(plan.warmUpWindows()),
                Integer.toString(plan.windows()),
                Integer.toString(plan.windowMillis()));
    }

    /** The line that {@link #main} prints, read. */
    static Run parse(String line) throws JsonProcessingException {
        return new ObjectMapper().readValue(line, Run.class);
    }

    public static void main(String[] arguments) throws InterruptedException, JsonProcessingException {
        Entry entry = Entry.parse(arguments[0]);
        Scenario scenario = Scenario.parse(arguments[1]);
        Plan plan = new Plan(
                1, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));

        Run run = Measurement.run(entry.maker().get(), scenario, plan);
        System.out.println(new ObjectMapper().writeValueAsString(run));
        System.exit(0);
    }
}
