// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this program, from {@code build.properties}, which the build fills in. */
public final class ProgramVersion implements IVersionProvider {
    private static final Properties BUILD = load();

    /** @return such as 0.1.0 */
    public static String number() {
        return BUILD.getProperty("version");
    }

    /** @return the abbreviated Git commit, or "unknown" if the source was not in a Git repository */
    public static String commit() {
        String commit = BUILD.getProperty("commit");
        return commit.isEmpty() || commit.startsWith("$") ? "unknown" : commit;
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "fleet " + number(),
            "commit " + commit(),
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + "), "
                    + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }

    private static Properties load() {
        Properties build = new Properties();
        try (InputStream file = ProgramVersion.class.getResourceAsStream("build.properties")) {
            build.load(file);
            return build;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
