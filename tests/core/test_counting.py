from scanner.core.counting import count


def test_one_and_several() -> None:
    assert (count(0, "file"), count(1, "file"), count(2, "file")) == ("0 files", "1 file", "2 files")
    assert (count(1, "tie is", "ties are"), count(2, "tie is", "ties are")) == ("1 tie is", "2 ties are")
