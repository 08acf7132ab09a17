// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in memory. Mounting it needs root, so its tests are skipped for other users. */
record SmallDisk(Path path) implements AutoCloseable {
    static SmallDisk mount(Path path, int bytes) throws IOException {
        Files.createDirectories(path);
        int status = run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", path.toString());
        assumeThat(status).as("exit status of mount").isZero();
        return new SmallDisk(path);
    }

    @Override
    public void close() throws IOException {
        run("umount", path.toString());
    }

    private static int run(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .onExit()
                .join()
                .exitValue();
    }
}
