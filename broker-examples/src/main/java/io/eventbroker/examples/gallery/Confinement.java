package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Confinement: state that belongs to one thread, and is changed and asked for by messages. "Share memory by
 * communicating." For state of several parts that must fit together, where locks would have to be held by many. Nothing
 * is locked, no update is lost, and a thread that asks sees all that it has told before. Whoever asks waits its turn
 * behind what others told; a question that must be answered at once needs another form ({@link ConcurrentStock}).
 */
final class Confinement {
    /** What the accounts can be told, and asked. */
    sealed interface Command {}

    record Deposit(String account, int pence) implements Command {}

    record Balance(String account, CompletableFuture<Integer> answer) implements Command {}

    private static final Topic<Command> COMMANDS = Topic.of("accounts.commands", Command.class);

    private final Broker broker;
    private final Map<String, Integer> accounts = new HashMap<>(); // touched by the worker of the subscription only

    Confinement(Broker broker) {
        this.broker = broker;
        broker.subscription(COMMANDS).named("accounts").overflow(BACKPRESSURE).onEvent(this::obey);
    }

    private void obey(Command command) {
        if (command instanceof Deposit deposit) {
            accounts.merge(deposit.account(), deposit.pence(), Integer::sum);
        } else if (command instanceof Balance question) {
            question.answer().complete(accounts.getOrDefault(question.account(), 0));
        }
    }

    void deposit(String account, int pence) {
        broker.publish(COMMANDS, new Deposit(account, pence));
    }

    /** Wait for it with a timeout: a broker that closes meanwhile may leave it unanswered. */
    CompletableFuture<Integer> balance(String account) {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        broker.publish(COMMANDS, new Balance(account, answer));
        return answer;
    }

    static void run(PrintWriter out) throws Exception {
        try (Broker broker = Broker.open()) {
            Confinement accounts = new Confinement(broker);
            accounts.deposit("ann", 1_250);
            accounts.deposit("ann", 990);
            out.println("ann has " + accounts.balance("ann").get(10, TimeUnit.SECONDS));
            out.println("bob has " + accounts.balance("bob").get(10, TimeUnit.SECONDS));
        }
    }
}
