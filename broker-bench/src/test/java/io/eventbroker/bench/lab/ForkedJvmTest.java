package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void aJarThatIsBuiltAnewIsNoticed(@TempDir Path folder) throws IOException {
        Path jar = Files.writeString(folder.resolve("a.jar"), "1");
        String classPath = jar + File.pathSeparator + folder;
        List<String> before = ForkedJvm.jars(classPath);
        assertThat(before).hasSize(1).isEqualTo(ForkedJvm.jars(classPath));

        Files.writeString(jar, "12");
        assertThat(ForkedJvm.jars(classPath)).isNotEqualTo(before);
    }

    private static ForkedJvm child(String argument) {
        return new ForkedJvm(Child.class, List.of(argument), List.of());
    }
}
