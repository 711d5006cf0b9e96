import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from api.symptom_clusters import average_linkage, cluster_symptoms
from indexer.artifact import Index


@pytest.mark.parametrize("least", [-0.5, 0.0, 0.2, 0.6])
def test_groups_agree_with_scipy(least: float) -> None:
    vectors = np.random.default_rng(1).normal(size=(40, 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    similarity = vectors @ vectors.T

    groups = average_linkage(similarity, least)

    tree = linkage(squareform(1 - similarity, checks=False), method="average")
    numbers = fcluster(tree, 1 - least, criterion="distance")
    theirs = {frozenset(np.flatnonzero(numbers == number).tolist()) for number in numbers}
    assert set(map(frozenset, groups)) == theirs


def test_one_symptom_is_a_group_and_none_is_none(small_index: Index) -> None:
    assert cluster_symptoms(small_index, ["mail stopped"]) == [[0]]
    assert cluster_symptoms(small_index, []) == []


def test_the_largest_group_comes_first_and_in_it_the_most_typical_symptom(small_index: Index) -> None:
    symptoms = [
        "the invoice is wrong",
        "restore a backup of last week",
        "backup, and by the way which colours does the dashboard offer on Sundays?",
        "how do I restore a backup",
    ]

    groups = cluster_symptoms(small_index, symptoms)

    assert sorted(groups[0]) == [1, 2, 3]
    assert groups[0][0] in (1, 3)
    assert groups[1] == [0]


def test_symptoms_that_cannot_be_read_are_grouped_as_well(small_index: Index) -> None:
    assert sorted(map(sorted, cluster_symptoms(small_index, ["!!", "mail stopped", "!!"]))) == [[0, 2], [1]]
