package io.eventbroker.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.Overflow;
import io.eventbroker.bench.soak.Spec.Role;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An account that is right agrees with what the broker tells, and no term of that can be another. */
class AccountTest {
    private static final int X = Feed.X.sources.get(0);

    private final StringWriter printed = new StringWriter();
    private final Violations violations = new Violations(new PrintWriter(printed, true), 1);
    private final List<Source> sources = Source.all();

    /** Ten were published; 0 to 4 came, then 7, which told of two; of the last two one was dropped and one abandoned. */
    private Account account(boolean isPull) {
        Spec spec =
                new Spec("tested", Target.X, false, Overflow.DROP_OLDEST, 3, isPull, true, 1, false, false, Role.PLAIN);
        Window window = new Window(sources, false);
        Account account = new Account(spec, window, new Positions(true, 100), violations);
        window.opening();
        window.opened();
        sources.get(X).next(10);
        sources.get(X).accepted(10);
        for (int number : new int[] {0, 1, 2, 3, 4, 7}) {
            int missed = number == 7 ? 2 : 0;
            account.receive(Item.of(X, number), new Told.Said(Item.of(X, number), "soak.lane.x", number + 1, missed));
        }
        account.failing();
        return account;
    }

    private static Told.Of told(Map<String, Integer> wrong) {
        return new Told.Of(
                "tested",
                10 + wrong.getOrDefault("matched", 0),
                wrong.getOrDefault("replayed", 0),
                6 + wrong.getOrDefault("delivered", 0),
                5 + wrong.getOrDefault("handled", 0),
                1 + wrong.getOrDefault("failed", 0),
                wrong.getOrDefault("droppedNewest", 0),
                3 + wrong.getOrDefault("droppedOldest", 0),
                wrong.getOrDefault("conflated", 0),
                wrong.getOrDefault("disconnected", 0),
                1 + wrong.getOrDefault("abandoned", 0),
                wrong.getOrDefault("queued", 0),
                wrong.getOrDefault("inHand", 0),
                1 + wrong.getOrDefault("missedAtEnd", 0),
                wrong.getOrDefault("stuck", 0) > 0);
    }

    @Test
    void whatIsRightIsRight() {
        account(false).verify(told(Map.of()), 0, false);
        assertThat(violations.total()).as(printed.toString()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "matched,1",
        "matched,-1",
        "replayed,1",
        "delivered,1",
        "handled,-1",
        "failed,1",
        "droppedNewest,1",
        "droppedOldest,1",
        "droppedOldest,-1",
        "conflated,1",
        "disconnected,1",
        "abandoned,1",
        "abandoned,-1",
        "queued,1",
        "inHand,1",
        "missedAtEnd,1",
        "missedAtEnd,-1",
        "stuck,1"
    })
    void aWrongCountIsFound(String term, int by) {
        account(false).verify(told(Map.of(term, by)), 0, false);
        assertThat(violations.total()).isPositive();
    }

    /** The broker's figures agree with each other, and not with what was published. */
    @ParameterizedTest
    @CsvSource({"-1", "1"})
    void aLossThatTheBrokerKnowsNothingOfIsFound(int by) {
        account(false).verify(told(Map.of("matched", by, "droppedOldest", by, "missedAtEnd", by)), 0, false);

        assertThat(violations.byKind().get("lost")).isPositive();
    }

    @Test
    void nothingIsAbandonedWhereThereIsTime() {
        account(false).verify(told(Map.of()), 0, true);
        assertThat(printed.toString()).contains("abandoned: counted 0, told 1");
    }

    @Test
    void nothingOfAnInboxIsAbandoned() {
        account(true).verify(told(Map.of("handled", -5, "failed", -1)), 0, false);
        assertThat(printed.toString()).contains("abandoned, of an inbox: counted 0, told 1");
    }

    /** One call may have been under way. */
    @Test
    void aSecondCallAfterUnsubscribingIsFound() {
        Account account = account(false);
        account.window.ending();
        account.unsubscribed();
        account.receive(Item.of(X, 8), null);
        assertThat(violations.total()).isZero();

        account.receive(Item.of(X, 9), null);
        assertThat(printed.toString()).contains("call 2 after unsubscribe has returned");
    }

    @Test
    void whatWasPublishedAfterUnsubscribingIsFound() {
        Account account = account(false);
        account.window.ending();
        account.unsubscribed();
        account.receive(Item.of(X, 10), null);

        assertThat(printed.toString()).contains("was published after unsubscribing");
    }

    @Test
    void ofManyViolationsSomeArePrintedAndAllCounted() {
        for (int i = 0; i < 1_000; i++) {
            violations.add(Violations.Kind.GAP, "number " + i);
        }

        assertThat(violations.total()).isEqualTo(1_000);
        assertThat(printed.toString().lines()).hasSizeLessThan(30);
    }
}
