package io.eventbroker;

import io.eventbroker.SimulationReads.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** How a {@link Simulation} selects the next event of several inboxes. */
final class SimulationSelects {
    /** A selection, and how often others were served while an inbox had something. */
    private record Known(Select<Object> select, List<SimulationMember<?>> members, int[] passedOver) {
        boolean isEmpty() {
            return members.stream().allMatch(member -> member.queue.waiting.isEmpty());
        }
    }

    private static final Duration UNIT = Duration.ofMillis(100);

    private final Simulation run;
    private final Random random;
    private final ReferenceModel model;
    private final List<Known> selects = new ArrayList<>();

    SimulationSelects(Simulation run) {
        this.run = run;
        this.random = run.random;
        this.model = run.model;
    }

    void select(List<SimulationMember<?>> inboxes) {
        if (selects.isEmpty() || random.nextInt(4) == 0) {
            selects.add(make(inboxes));
        }
        poll(selects.get(random.nextInt(selects.size())));
    }

    private Known make(List<SimulationMember<?>> inboxes) {
        List<SimulationMember<?>> members = random.ints(1 + random.nextInt(3), 0, inboxes.size())
                .distinct()
                .<SimulationMember<?>>mapToObj(inboxes::get)
                .toList();
        Inbox<?>[] selected = members.stream().map(member -> member.inbox).toArray(Inbox<?>[]::new);
        return new Known(Select.of(selected), members, new int[members.size()]);
    }

    private void poll(Known known) {
        List<SimulationMember<?>> members = known.members;
        Duration timeout = UNIT.multipliedBy(random.nextInt(8) - 1);
        boolean mayWait = timeout.compareTo(Duration.ZERO) > 0 && known.isEmpty();
        boolean mustWait = mayWait && !members.stream().allMatch(member -> run.checks.mayHaveEnded(member.queue));
        List<SimulationMember<?>> ready = ready(known);
        Object got =
                run.reads.read(mayWait, mustWait, mayWait ? timeout.toNanos() : 0, () -> known.select.poll(timeout));
        run.trace("select of ", members.size(), " ", timeout, ": ", SimulationEvents.plain(got));
        run.note("selected", got != null && !(got instanceof End));
        if (got == null) {
            boolean isOver = members.stream().allMatch(member -> run.checks.hasEnded(member.queue));
            run.require(known.isEmpty() && (mayWait || !isOver), "nothing selected, but there is something");
        } else if (got == End.ENDED || got == End.FAILED) {
            boolean mayBeOver = members.stream().allMatch(member -> run.checks.mayHaveEnded(member.queue));
            run.require(known.isEmpty() && mayBeOver, "select ended too early");
            run.same("end by failure", !members.stream().allMatch(run.reads::isOrderly), got == End.FAILED);
            members.stream()
                    .filter(member -> !run.reads.isOrderly(member))
                    .findFirst()
                    .ifPresent(run.reads::requireCause);
            run.note("selected to the end", true);
        } else if (got instanceof End) {
            run.reads.received(members.get(0), got);
        } else {
            SimulationMember<?> from = giver(known);
            run.reads.received(from, got);
            judgeFairness(known, from, ready);
        }
    }

    private static List<SimulationMember<?>> ready(Known known) {
        return known.members.stream()
                .filter(member -> !member.queue.waiting.isEmpty())
                .toList();
    }

    /** Whose event was given. */
    private SimulationMember<?> giver(Known known) {
        List<SimulationMember<?>> givers = known.members.stream()
                .filter(member -> member.handle.stats().delivered() > member.queue.delivered)
                .toList();
        run.same("inboxes that gave something", 1, givers.size());
        return givers.get(0);
    }

    private void judgeFairness(Known known, SimulationMember<?> from, List<SimulationMember<?>> ready) {
        for (int i = 0; i < known.passedOver.length; i++) {
            SimulationMember<?> member = known.members.get(i);
            boolean isPassedOver = member != from && ready.contains(member);
            known.passedOver[i] = isPassedOver ? known.passedOver[i] + 1 : 0;
            run.require(known.passedOver[i] <= 2 * known.passedOver.length, "an inbox waits while others are served");
        }
    }
}
