// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.Fleet;
import org.junit.jupiter.api.Test;

/** The broker module tests the effect of the ACLs on a broker. */
class AclsCommandTest {
    private static final String NOBODY_LISTENS = "localhost:1";

    @Test
    void printsWhatItWouldAllowWithoutACluster() {
        assertThat(dryRun())
                .contains(
                        "User:gateway  WRITE  TOPIC PREFIXED generation.requests",
                        "User:worker  READ  GROUP PREFIXED gpu-workers",
                        "User:trainer  WRITE  TRANSACTIONAL_ID PREFIXED trainer-")
                .noneMatch(line -> line.startsWith("User:worker") && line.contains("WRITE  TOPIC LITERAL adapters"));
    }

    @Test
    void allowsThePrincipalsThatAreNamedUnderThePrefixThatIsNamed() {
        String[] lines =
                dryRun("--topic-prefix", "a.", "--gateway", "User:g", "--worker", "User:w", "--trainer", "User:t");
        assertThat(lines)
                .allMatch(line -> line.matches("User:[gwt]  .* a\\..*"))
                .contains("User:w  WRITE  TOPIC LITERAL a.generation.results");
    }

    @Test
    void refusesAnInvalidPrefix() {
        assertThat(Fleet.commandLine().execute("acls", "--dry-run", "--topic-prefix", "team a/"))
                .isEqualTo(2);
    }

    private static String[] dryRun(String... options) {
        String[] command = new String[options.length + 4];
        System.arraycopy(new String[] {"acls", "--dry-run", "--bootstrap", NOBODY_LISTENS}, 0, command, 0, 4);
        System.arraycopy(options, 0, command, 4, options.length);
        CommandRun run = CommandRun.of(command);
        assertThat(run.exit()).as(run.err()).isZero();
        return run.out().split("\n");
    }
}
