// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.doctor.Finding.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {
    @TempDir
    private Path proc;

    @Test
    void namesTheProcessorsFeatures() throws IOException {
        Files.writeString(
                proc.resolve("cpuinfo"), "processor\t: 0\nflags\t\t: fpu avx2 avx512f avx512_bf16 avx512vl\n");

        Finding finding = new Machine(proc).processor();

        assertThat(finding.status()).isEqualTo(Status.OK);
        assertThat(finding.text()).endsWith(" processors with AVX-512, AVX-512 BF16, AVX2.");
    }

    @Test
    void warnsOfAnOldProcessor() throws IOException {
        Files.writeString(proc.resolve("cpuinfo"), "flags\t\t: fpu sse2 avx\n");

        Finding finding = new Machine(proc).processor();

        assertThat(finding.status()).isEqualTo(Status.WARNING);
        assertThat(finding.text()).contains("none of AVX2", "many times slower");
    }

    @Test
    void comparesTheAvailableMemoryWithWhatAFleetNeeds() throws IOException {
        Files.writeString(proc.resolve("meminfo"), "MemTotal:       9000000 kB\nMemAvailable:    8000000 kB\n");
        Machine machine = new Machine(proc);

        Finding enough = machine.memory(2, 100_000_000);
        Finding tooLittle = machine.memory(2, 4_000_000_000L);

        assertThat(enough.status()).isEqualTo(Status.OK);
        assertThat(enough.text())
                .isEqualTo("8.2 GB are available; a fleet with 2 workers of this model needs up to about 4.7 GB.");
        assertThat(tooLittle.status()).isEqualTo(Status.WARNING);
        assertThat(tooLittle.text()).contains("12.5 GB", "Use fewer workers");
    }

    @Test
    void unknownMemoryIsAWarning() throws IOException {
        assertThat(new Machine(proc).memory(1, 0).status()).isEqualTo(Status.WARNING);
    }

    @Test
    void anOldJavaAndAnotherSystemAreProblems() {
        assertThat(Machine.java(11).status()).isEqualTo(Status.PROBLEM);
        assertThat(Machine.java(17).status()).isEqualTo(Status.OK);
        assertThat(Machine.system("Linux", "amd64").status()).isEqualTo(Status.OK);
        assertThat(Machine.system("Mac OS X", "aarch64").text())
                .isEqualTo("Workers need Linux on x86-64, found Mac OS X on aarch64."
                        + " Commands that only call a gateway work here.");
    }
}
