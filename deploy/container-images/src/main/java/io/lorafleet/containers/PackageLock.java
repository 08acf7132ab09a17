// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import io.lorafleet.containers.LockedPackage.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lock file {@code debian.lock}: the packages that the images contain, each with its SHA-256.
 *
 * @param snapshot the time at which the archives had all packages, in the format of snapshot.debian.org
 */
record PackageLock(String snapshot, List<LockedPackage> packages) {
    private static final Pattern SNAPSHOT = Pattern.compile("snapshot (\\d{8}T\\d{6}Z)");
    private static final Pattern PACKAGE =
            Pattern.compile("(runtime|jdk) (debian|debian-security) (pool/\\S+\\.deb) (\\d{1,12}) ([0-9a-f]{64})");

    PackageLock {
        packages = List.copyOf(packages);
    }

    /**
     * @throws IllegalArgumentException if a line of the file is malformed, or if the snapshot or the packages are
     *     missing
     */
    static PackageLock read(Path file) throws IOException {
        String snapshot = "";
        List<LockedPackage> packages = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            Matcher time = SNAPSHOT.matcher(line);
            Matcher locked = PACKAGE.matcher(line);
            if (time.matches()) {
                snapshot = time.group(1);
            } else if (locked.matches()) {
                Use use = locked.group(1).equals("jdk") ? Use.JDK : Use.RUNTIME;
                packages.add(new LockedPackage(
                        use, locked.group(2), locked.group(3), Long.parseLong(locked.group(4)), locked.group(5)));
            } else if (!line.startsWith("#")) {
                throw new IllegalArgumentException(file + ", line " + (i + 1)
                        + ": expected 'snapshot TIME' or 'runtime|jdk ARCHIVE PATH BYTES SHA256', found '" + line
                        + "'");
            }
        }
        if (snapshot.isEmpty() || packages.isEmpty()) {
            throw new IllegalArgumentException(file + ": expected a line 'snapshot TIME' and packages, found "
                    + packages.size() + " packages and the snapshot '" + snapshot + "'");
        }
        return new PackageLock(snapshot, packages);
    }

    List<LockedPackage> packages(Use use) {
        return packages.stream().filter(each -> each.use() == use).toList();
    }
}
