// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares with Pillow 13, {@code Image.resize((width, height), Image.LANCZOS)}. */
class LanczosTest {
    private static final RgbImage SOURCE = source();

    @ParameterizedTest
    @CsvSource({
        "4, 3, 6a5f9e88ab9468a89b50646c909e907473786b5681a26d9b8b717b654f659bab77786492",
        "9, 2, 8579a2498c9eb662867cb88c5cb697563e9098af9249697883527f945d768bbe79794a9472575058535986afa0cf85593646c3be7d80",
        "3, 9, 4166c542e3c881cc9d7a639c9fb1a658757797877da18c774323638d9c804278665e507aa0847e4d4c718591916dad8f8e71a0e26ac76f74b4806076c47ba6893e786d7350618c718458218bb36a466d76",
        "12, 9, 0024a23b67d18b77c263679c0ddaf438ffff3fdbbc23bc7d88f5b3c2ff7f86ba934667e55166c65c4d988a5585b17f9cac88877df0be7ab9d6a74d95ade06569b574283c7f1f216fc2a5d54d74955e6a5af58f5ec67b5292e05b879a999015bc7d866b29294f220050582c48de768741bbb04c9d90e5554464c2654fbb482d5d4c002f965e57b936456d65554ad3836fc84b3785c9797995c1b90d9ba0b9493a73670000693a1e4fcf8ba746cbd058a88eff7d4f6dcf7c8fef5a74a17f4a47d5939bd0626596704681e28c93fdad92b770cdbf3ff2ff4de6cf7ea78b87ad4d8fc85273c641378b6d1132907376b9e1c5ff77328d1ca78464f0f7c39ea8008098578e8f9ba07e4a724e090c5f2a1265ae8975f6abcd88163038801370a192b734000361a59e12f0c2026e213d9e2b1d629b6860f5b1aef98f94dc4f375f6c130f802f1a66"
    })
    void resizesLikePillow(int width, int height, String expected) {
        RgbImage resized = SOURCE.resized(width, height);
        assertThat(resized.width()).isEqualTo(width);
        assertThat(resized.height()).isEqualTo(height);
        assertThat(HexFormat.of().formatHex(resized.rgb())).isEqualTo(expected);
    }

    @Test
    void returnsAnImageOfTheSameSize() {
        assertThat(SOURCE.resized(9, 7)).isSameAs(SOURCE);
    }

    private static RgbImage source() {
        byte[] rgb = new byte[9 * 7 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * i * 37 + i * 11);
        }
        return new RgbImage(9, 7, rgb);
    }
}
