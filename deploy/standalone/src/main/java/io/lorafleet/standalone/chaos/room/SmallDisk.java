// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import io.lorafleet.standalone.CommandName;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file system in memory, for the blob store. Only root can mount one. */
public final class SmallDisk implements AutoCloseable {
    private static final String SIZE = "64m";
    /** Free space that the gateways reserve for the workers' images, in bytes. */
    static final String RESERVE = "1000000";

    private static final int BLOCK = 4096;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** @throws FleetException if this user cannot mount file systems */
    static SmallDisk mount(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", folder.toString());
        return new SmallDisk(folder);
    }

    /** Writes a file until the disk is full. */
    public void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(ballast())) {
            byte[] block = new byte[BLOCK];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            if (Files.getFileStore(folder).getUsableSpace() >= BLOCK) {
                throw e;
            }
        }
    }

    public void free() throws IOException {
        Files.delete(ballast());
    }

    public void readOnly(boolean on) throws IOException, InterruptedException {
        run("mount", "-o", "remount," + (on ? "ro" : "rw"), folder.toString());
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new FleetException("this cell needs permission to mount a file system: " + String.join(" ", command)
                    + ": exit code " + exit + "; run " + CommandName.quoted("chaos") + " as root");
        }
    }

    @Override
    public void close() {
        try {
            run("umount", "-l", folder.toString());
        } catch (IOException e) {
            throw new FleetException("cannot unmount " + folder + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
