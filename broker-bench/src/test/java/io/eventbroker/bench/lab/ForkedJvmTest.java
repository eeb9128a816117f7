package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ForkedJvmTest {
    /** A main class that does as told. */
    static final class Child {
        public static void main(String[] arguments) throws InterruptedException {
            switch (arguments[0]) {
                case "java" -> {
                    System.out.println("noise");
                    System.out.println(System.getProperty("java.home"));
                }
                case "hang" -> new CountDownLatch(1).await();
                default -> System.exit(Integer.parseInt(arguments[0]));
            }
        }
    }

    @Test
    void runsTheSameJavaAndAnswersWithItsLastLine() throws Exception {
        assertThat(child("java").run(Duration.ofSeconds(30))).isEqualTo(System.getProperty("java.home"));
    }

    @Test
    void anExitCodeIsAFailure() {
        assertThatThrownBy(() -> child("3").run(Duration.ofSeconds(30)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("exit code 3");
        assertThatThrownBy(() -> child("0").run(Duration.ofSeconds(30))).hasMessageContaining("no result");
    }

    @Test
    void aHangEndsWithTheTimeout() {
        assertThatThrownBy(() -> child("hang").run(Duration.ofMillis(300)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not done within");
    }

    private static ForkedJvm child(String argument) {
        return new ForkedJvm(Child.class, List.of(argument), List.of());
    }
}
