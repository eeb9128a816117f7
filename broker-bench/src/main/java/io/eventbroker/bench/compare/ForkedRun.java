package io.eventbroker.bench.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eventbroker.bench.compare.load.Measurement;
import io.eventbroker.bench.compare.load.Plan;
import io.eventbroker.bench.compare.load.Run;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.peers.Entry;
import java.util.List;

/** The main class of a forked JVM: measures, and prints the run as one line of JSON. */
final class ForkedRun {
    private ForkedRun() {}

    /** The arguments that {@link #main} understands. */
    static List<String> arguments(Cell cell, Plan plan) {
        return List.of(
                cell.contender().label(),
                Integer.toString(cell.contender().settings().indexOf(cell.setting())),
                cell.scenario().toString(),
                Integer.toString(plan.fewestWarmUps()),
                Integer.toString(plan.mostWarmUps()),
                Integer.toString(plan.windows()),
                Integer.toString(plan.windowMillis()));
    }

    /** What the arguments say. */
    static Cell cell(List<String> arguments) {
        Entry contender = Entry.parse(arguments.get(0));
        return new Cell(
                Scenario.parse(arguments.get(2)),
                contender,
                contender.settings().get(Integer.parseInt(arguments.get(1))));
    }

    /** The line that {@link #main} prints, read. */
    static Run parse(String line) throws JsonProcessingException {
        return new ObjectMapper().readValue(line, Run.class);
    }

    public static void main(String[] arguments) throws Exception {
        Cell cell = cell(List.of(arguments));
        Plan plan = new Plan(
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]),
                Integer.parseInt(arguments[5]),
                Integer.parseInt(arguments[6]));

        Run run = Measurement.run(cell.setting().maker().get(), cell.scenario(), plan);
        System.out.println(new ObjectMapper().writeValueAsString(run));
        System.exit(0);
    }
}
