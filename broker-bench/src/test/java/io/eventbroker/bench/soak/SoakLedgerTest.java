package io.eventbroker.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.Overflow;
import io.eventbroker.bench.soak.Spec.Role;
import io.eventbroker.bench.soak.Violations.Kind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each of the ledger's checks finds what it is there for, and nothing in what is right. */
class SoakLedgerTest {
    private static final int X = Feed.X.sources.get(0);
    private static final int B = Feed.B.sources.get(0);
    private static final int Y = Feed.Y.sources.get(0);

    /** A kind of subscription, by its ledger. */
    private enum Form {
        IN_ORDER(Overflow.DROP_OLDEST, 1, false),
        SEVERAL(Overflow.DROP_OLDEST, 3, false),
        BY_KEY(Overflow.DROP_OLDEST, 3, true),
        CONFLATED(Overflow.CONFLATE, 1, false);

        final Overflow policy;
        final int consumers;
        final boolean isOrderedByKey;

        Form(Overflow policy, int consumers, boolean isOrderedByKey) {
            this.policy = policy;
            this.consumers = consumers;
            this.isOrderedByKey = isOrderedByKey;
        }
    }

    private final StringWriter printed = new StringWriter();
    private final Violations violations = new Violations(new PrintWriter(printed, true), 42);
    private final List<Source> sources = Source.all();
    private long sequence;

    private Ledger ledger(Target target, Form form, Overflow policy, boolean isSpecial) {
        Spec spec = new Spec(
                "tested",
                target,
                isSpecial,
                policy,
                1_000,
                false,
                true,
                form.consumers,
                form.isOrderedByKey,
                false,
                Role.PLAIN);
        return ledger(spec);
    }

    private Ledger ledger(Spec spec) {
        Window window = new Window(sources, false);
        window.opening();
        window.opened();
        return Ledger.of(spec, window, new Positions(true, 1_000), violations);
    }

    private Ledger ledger(Target target, Form form) {
        return ledger(target, form, form.policy, false);
    }

    private void receive(Ledger ledger, int source, int number, long missed) {
        sequence += missed + 1;
        ledger.receive(
                Item.of(source, number),
                new Told.Said(Item.of(source, number), Feed.of(source).topic.name(), sequence, missed));
    }

    private Map<Kind, Long> found() {
        Map<Kind, Long> found = new EnumMap<>(Kind.class);
        violations.byKind().forEach((name, count) -> {
            if (count > 0) {
                found.put(Kind.valueOf(name.toUpperCase(java.util.Locale.ROOT)), count);
            }
        });
        return found;
    }

    private void assertOnly(Kind kind) {
        assertThat(found()).as(printed.toString()).containsOnlyKeys(kind);
        assertThat(printed.toString()).contains("VIOLATION, seed 42, generation 0: ");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whatIsRightIsRight(Form form) {
        Ledger ledger = ledger(Target.X, form);
        for (int number : new int[] {0, 1, 2, 5}) {
            receive(ledger, X, number, number == 5 ? 2 : 0);
        }

        assertThat(found()).as(printed.toString()).isEmpty();
        assertThat(ledger.told()).isEqualTo(2);
        assertThat(ledger.highest(X)).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aDuplicateIsFound(Form form) {
        Ledger ledger = ledger(Target.X, form);
        receive(ledger, X, 0, 0);
        receive(ledger, X, 1, 0);
        receive(ledger, X, 1, 0);

        assertOnly(Kind.DUPLICATED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"IN_ORDER", "BY_KEY", "CONFLATED"})
    void aReorderingIsFound(Form form) {
        Ledger ledger = ledger(Target.X, form);
        receive(ledger, X, 1, 1);
        receive(ledger, X, 0, 0);

        assertOnly(Kind.REORDERED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"BY_KEY", "CONFLATED"})
    void aReorderingOfAKeyIsFoundAndNoneOfDifferentKeys(Form form) {
        Ledger ledger = ledger(Target.Y, form);
        receive(ledger, Y, Item.KEYS + 1, 1);
        receive(ledger, Y, 0, 0);
        assertThat(found()).as(printed.toString()).isEmpty();

        receive(ledger, Y, 1, 0);
        assertOnly(Kind.REORDERED);
    }

    @Test
    void aKeyThatChangesItsWorkerIsFound() throws InterruptedException {
        Ledger ledger = ledger(Target.Y, Form.BY_KEY);
        receive(ledger, Y, 0, 0);
        Thread other = new Thread(() -> receive(ledger, Y, Item.KEYS, 0));
        other.start();
        other.join();

        assertOnly(Kind.REORDERED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"IN_ORDER", "BY_KEY", "CONFLATED"})
    void anUntoldGapIsFound(Form form) {
        Ledger ledger = ledger(Target.X, form);
        receive(ledger, X, 0, 0);
        receive(ledger, X, 4, 2);

        assertOnly(Kind.GAP);
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"IN_ORDER", "SEVERAL", "CONFLATED"})
    void aGapThatIsNoneIsFound(Form form) {
        Ledger ledger = ledger(Target.X, form);
        receive(ledger, X, 0, 0);
        receive(ledger, X, 1, 0);
        receive(ledger, X, 2, 1);

        assertOnly(Kind.GAP);
    }

    @Test
    void amongSeveralConsumersOneThatComesAfterItWasToldMissingIsFound() {
        Ledger ledger = ledger(Target.X, Form.SEVERAL);
        receive(ledger, X, 2, 2);
        receive(ledger, X, 1, 0);

        assertOnly(Kind.GAP);
    }

    @Test
    void ofSeveralSourcesAGapToldTooSmallIsFound() {
        Ledger ledger = ledger(Target.LANES, Form.IN_ORDER);
        receive(ledger, X, 0, 0);
        receive(ledger, Y, 0, 0);
        receive(ledger, X, 3, 1);

        assertOnly(Kind.GAP);
    }

    /** Positions of the broker's one order tell the place exactly, also where numbers of several sources do not. */
    @Test
    void toldByAllOfATopicAGapAtAnotherPlaceIsFound() {
        Ledger ledger = ledger(Target.ALL, Form.IN_ORDER);
        receive(ledger, X, 0, 0);
        sequence++;
        receive(ledger, B, 0, 0);

        assertOnly(Kind.GAP);
    }

    @Test
    void positionsThatGoBackAreFound() {
        Ledger ledger = ledger(Target.X, Form.IN_ORDER);
        receive(ledger, X, 0, 0);
        sequence -= 1;
        receive(ledger, X, 1, 0);

        assertOnly(Kind.REORDERED);
    }

    @Test
    void positionsThatDifferBetweenSubscribersAreFound() {
        Positions positions = new Positions(false, 1_000);

        assertThat(positions.agrees(Item.of(X, 255), 7)).isTrue();
        assertThat(positions.agrees(Item.of(X, 255), 7)).isTrue();
        assertThat(positions.agrees(Item.of(X, 255), 8)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"IN_ORDER", "BY_KEY"})
    void aLossWithoutOneBeingPossibleIsFound(Form form) {
        Ledger ledger = ledger(Target.X, form, Overflow.BACKPRESSURE, false);
        receive(ledger, X, 0, 0);
        ledger.receive(Item.of(X, 2), null);

        assertOnly(Kind.LOST);
    }

    @Test
    void aGapToldWithoutOneBeingPossibleIsFound() {
        Ledger ledger = ledger(Target.LANES, Form.IN_ORDER, Overflow.BACKPRESSURE, false);
        receive(ledger, X, 0, 1);

        assertOnly(Kind.GAP);
    }

    @Test
    void anotherTopicIsFound() {
        receive(ledger(Target.X, Form.IN_ORDER), B, 0, 0);
        assertOnly(Kind.UNEXPECTED);
    }

    @Test
    void aWrongNameOfTheTopicIsFound() {
        ledger(Target.X, Form.IN_ORDER).receive(Item.of(X, 0), new Told.Said(Item.of(X, 0), "soak.lane.y", 1, 0));
        assertOnly(Kind.UNEXPECTED);
    }

    @Test
    void anotherClassIsFound() {
        receive(ledger(Target.X, Form.IN_ORDER, Overflow.DROP_OLDEST, true), X, 2, 0);
        assertOnly(Kind.UNEXPECTED);
    }

    @Test
    void whatWasPublishedBeforeSubscribingIsFound() {
        sources.get(X).next(5);
        sources.get(X).accepted(5);

        receive(ledger(Target.X, Form.IN_ORDER), X, 4, 0);
        assertOnly(Kind.UNEXPECTED);
    }

    @Test
    void whatWasRefusedIsFound() {
        Window window = new Window(sources, false);
        window.opening();
        window.opened();
        Spec spec =
                new Spec("tested", Target.X, false, Overflow.DROP_NEWEST, 1, false, true, 1, false, false, Role.PLAIN);
        Ledger ledger = Ledger.of(spec, window, new Positions(true, 1_000), violations);
        sources.get(X).next();
        sources.get(X).refused();
        receive(ledger, X, 0, 0);
        assertThat(found()).isEmpty();

        window.settle(true);
        ledger.checkEnd();
        assertOnly(Kind.UNEXPECTED);
    }
}
